"""Environments that are really built, with uv, from the index that this machine has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import bis
from bis._replay.environment import BaseEnvironment, BuiltEnvironment, ensure_environment
from bis.errors import EnvironmentBuildError, StorageError
from bis.model.facets import Environment, Package, Status

HERE = ".".join(map(str, sys.version_info[:3]))
SIX = Package("six", "1.16.0")
PACKAGING = Package("packaging", "24.0")


def environment(*packages: Package, python: str = HERE) -> Environment:
    """An environment as recorded."""
    return Environment(Status.RECORDED, python=python, implementation="CPython", packages=packages)


def build(cache: str) -> BuiltEnvironment:
    """Build the small environment; at module level, for other processes."""
    return ensure_environment(environment(SIX, PACKAGING), cache_dir=Path(cache))


def version_of(built: BuiltEnvironment, name: str) -> str:
    """The version that the built interpreter itself reports."""
    code = f"from importlib.metadata import version; print(version({name!r}))"
    command = [str(built.python_executable), "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={}).stdout.strip()


def test_rebuild_and_reuse(tmp_path: Path) -> None:
    """The recorded versions are installed, compiled, found again at once, and nothing else lies about."""
    first = build(str(tmp_path))
    assert (first.created, first.deviations) == (True, ())
    assert [version_of(first, n) for n in ("six", "packaging")] == ["1.16.0", "24.0"]
    folder = first.python_executable.parents[1]
    assert list(folder.rglob("site-packages/__pycache__/six.*.pyc"))
    second = build(str(tmp_path))
    assert (second.created, second.python_executable) == (False, first.python_executable)
    assert second.seconds < 0.5
    assert [p.name for p in tmp_path.iterdir() if not p.name.endswith(".lock")] == [folder.name]


def test_eight_at_once(tmp_path: Path) -> None:
    """Eight replays that need one environment build it once."""
    with ProcessPoolExecutor(8, mp_context=get_context("spawn")) as pool:
        built = list(pool.map(build, [str(tmp_path)] * 8))
    assert sum(b.created for b in built) == 1
    assert len({b.python_executable for b in built}) == 1


def test_killed_build_leaves_nothing_that_counts(tmp_path: Path) -> None:
    """After kill -9 in the middle of a build, the next one begins anew and clears away what was left."""
    code = "import sys; sys.path.insert(0, sys.argv[2]); from test_rebuild import build; build(sys.argv[1])"
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)], env=environ, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob(".*building*")) and time.monotonic() < deadline:
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert build(str(tmp_path)).created
    assert not list(tmp_path.glob(".*building*"))


def test_half_made_environment_is_not_taken(tmp_path: Path) -> None:
    """A folder of the right name that is not whole is built again."""
    built = build(str(tmp_path))
    (built.python_executable.parents[1] / "bis-environment.json").unlink()
    assert build(str(tmp_path)).created


def test_package_that_no_index_has(tmp_path: Path) -> None:
    """The message names package and version and quotes uv; nothing is kept."""
    with pytest.raises(EnvironmentBuildError, match=r"packaging 99\.0 cannot be installed: .*99\.0") as caught:
        ensure_environment(environment(SIX, Package("packaging", "99.0")), cache_dir=tmp_path)
    assert caught.value.context["package"] == "packaging"
    assert [p for p in tmp_path.iterdir() if p.is_dir()] == []


def test_local_label(tmp_path: Path) -> None:
    """A build label that no index has is left out, as a deviation that is told each time."""
    wanted = environment(Package("six", "1.16.0+cpu"))
    for _ in range(2):
        built = ensure_environment(wanted, cache_dir=tmp_path)
        assert [(d.what, d.recorded, d.replayed) for d in built.deviations] == [("package six", "1.16.0+cpu", "1.16.0")]


def test_other_patch_release(tmp_path: Path) -> None:
    """Where only another patch release of Python is there, it is taken and named."""
    recorded = environment(python=f"{sys.version_info[0]}.{sys.version_info[1]}.99")
    built = ensure_environment(recorded, cache_dir=tmp_path)
    assert [d.what for d in built.deviations] == ["Python"]


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """A cache folder that cannot be made is a StorageError."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be kept"):
        ensure_environment(environment(SIX), cache_dir=tmp_path / "file")


def test_environment_survives_the_move(tmp_path: Path) -> None:
    """Console scripts work though the environment was built under another name."""
    built = ensure_environment(environment(Package("wheel", "0.43.0")), cache_dir=tmp_path)
    script = built.python_executable.parent / "wheel"
    answer = subprocess.run([str(script), "version"], capture_output=True, text=True, check=True)
    assert "0.43.0" in answer.stdout


def test_environment_upon_another_one(tmp_path: Path) -> None:
    """It has the package that differs, and finds all others in the one that it is built upon, which stays as it is."""
    base = ensure_environment(environment(SIX, PACKAGING), cache_dir=tmp_path)
    under = BaseEnvironment(str(base.python_executable), environment(SIX, PACKAGING))
    other = environment(SIX, Package("packaging", "23.2"))
    assert under.carries(other)
    assert not under.carries(environment(SIX))
    built = [ensure_environment(other, cache_dir=tmp_path, base=under) for _ in range(2)]
    assert [b.created for b in built] == [True, False]
    assert [version_of(built[0], n) for n in ("six", "packaging")] == ["1.16.0", "23.2"]
    assert version_of(base, "packaging") == "24.0"
    [packages] = built[0].python_executable.parents[1].glob("lib/python*/site-packages")
    assert not list(packages.glob("six*"))
