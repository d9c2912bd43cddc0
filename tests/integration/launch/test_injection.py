"""The recorder in interpreters that know nothing of bis."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest

import bis
from bis.errors import StorageError
from bis.launch.injection import injection_path, python_path

SHOW = (
    "import json, sys; from importlib.metadata import entry_points; "
    "print(json.dumps({'path': sys.path, 'bis': 'bis' in sys.modules, "
    "'site': getattr(sys.modules.get('sitecustomize'), '__file__', None), 'points': sorted(p.name for p in "
    "entry_points(group='mlflow.tracking_store')), 'pythonpath': __import__('os').environ['PYTHONPATH']}))"
)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without any package."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


def show(python: Path | str, path: str, **variables: str) -> tuple[dict[str, object], str]:
    """What a fresh interpreter sees, and what it says on stderr."""
    environ = {"PYTHONPATH": path, "PATH": os.environ["PATH"], **variables}
    answer = subprocess.run([str(python), "-c", SHOW], capture_output=True, text=True, check=True, env=environ)
    return json.loads(answer.stdout), answer.stderr


def test_it_is_made_once(tmp_path: Path) -> None:
    """Eight processes that ask at once get one folder, whole, and nothing else is left."""
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: injection_path(tmp_path), range(8)))
    assert len(paths) == 1
    assert len(list(tmp_path.iterdir())) == 1
    assert sorted(p.name for p in paths.pop().iterdir()) == ["__pycache__", "sitecustomize.py"]


def test_what_each_process_loads_is_compiled(tmp_path: Path) -> None:
    """Where Python may not write bytecode, no process compiles the recorder anew; traces name the real files."""
    site = injection_path(tmp_path / "cache")
    environ = {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1", "BIS_SPOOL": str(tmp_path / "no-session")}
    code = "import bis.instrument.recorder as r; print(r.__cached__); print(r.Recorder.start.__code__.co_filename)"
    done = subprocess.run([sys.executable, "-vc", code], capture_output=True, text=True, check=True, env=environ)
    cached, file = done.stdout.splitlines()
    assert Path(cached).is_file()
    assert Path(file) == site.parent / "packages" / "bis" / "instrument" / "recorder.py"
    compiled = [line for line in done.stderr.splitlines() if line.startswith("# code object from /")]  # no bytecode
    assert [line for line in compiled if str(site.parent) in line] == []


def test_without_a_session_nothing_happens(tmp_path: Path, foreign: Path) -> None:
    """An interpreter that is not recorded sees neither bis nor our folder, and its children still get it."""
    site = injection_path(tmp_path)
    seen, said = show(foreign, str(site))
    assert (seen["bis"], seen["pythonpath"], said) == (False, str(site), "")
    assert str(tmp_path) not in str(seen["path"])


def test_foreign_interpreter_gets_bis_last(tmp_path: Path, foreign: Path) -> None:
    """Where bis is not installed it is importable, behind everything else, with its plug-ins."""
    spool = tmp_path / "no-session"
    seen, said = show(foreign, str(injection_path(tmp_path / "cache")), BIS_SPOOL=str(spool))
    assert seen["bis"]
    paths = seen["path"]
    assert isinstance(paths, list)
    assert [p for p in paths if str(tmp_path / "cache") in p] == paths[-1:]
    assert "your program goes on" in said
    assert seen["points"] == sorted(_declared())


def _declared() -> set[str]:
    try:
        points = metadata.distribution("bis").entry_points
    except metadata.PackageNotFoundError:
        return set()
    return {p.name for p in points if p.group == "mlflow.tracking_store"}


def test_installed_bis_is_not_doubled(tmp_path: Path, foreign: Path) -> None:
    """Where bis is installed the copy stays off the path, and no entry point is there twice."""
    if not _declared():
        pytest.skip("bis is not installed here")
    seen, _ = show(sys.executable, str(injection_path(tmp_path / "c")), BIS_SPOOL=str(tmp_path / "none"))
    assert str(tmp_path / "c") not in str(seen["path"])
    assert seen["points"] == sorted(_declared())


@pytest.mark.parametrize("on_path", ["PYTHONPATH", "a .pth file"])
def test_a_copy_of_the_source_is_no_installation(on_path: str, tmp_path: Path) -> None:
    """A project that has bis in it (its own repository is one) gets the plug-ins: a copy has no metadata."""
    source = tmp_path / "project" / "src"
    (source / "bis").mkdir(parents=True)
    (source / "bis" / "__init__.py").touch()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    site = injection_path(tmp_path / "cache")
    path = str(site)
    if on_path == "PYTHONPATH":
        path = python_path(site, str(source))
    else:
        (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
        (packages / "project.pth").write_text(f"{source}\n", encoding="utf-8")
    seen, _ = show(tmp_path / "venv" / "bin" / "python", path, BIS_SPOOL=str(tmp_path / "none"))
    assert seen["points"] == sorted(_declared())


def test_existing_sitecustomize_is_loaded(tmp_path: Path, foreign: Path) -> None:
    """A sitecustomize that the user has is loaded as it would have been."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import sys; sys.stderr.write('mine')\n")
    seen, said = show(foreign, python_path(injection_path(tmp_path / "c"), str(own)))
    assert (seen["site"], said) == (str(own / "sitecustomize.py"), "mine")


def test_replay_does_not_start_without_its_recorder(tmp_path: Path, foreign: Path) -> None:
    """A program goes on where recording fails; a replay, which must be confined, does not."""
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "session.json").write_text(json.dumps({"quarantine": {"folder": "/q"}}))
    environ = {"PYTHONPATH": str(injection_path(tmp_path / "c")), "BIS_SPOOL": str(spool)}
    answer = subprocess.run(
        [str(foreign), "-c", "print('ran')"], capture_output=True, text=True, check=False, env=environ
    )
    assert (answer.returncode, answer.stdout) == (86, "")
    assert "does not start" in answer.stderr


def test_another_state_of_bis_has_another_folder(tmp_path: Path) -> None:
    """After an edit of bis, a new folder is made, and the old one goes on to work for who uses it."""
    source = tmp_path / "source" / "bis"
    shutil.copytree(Path(bis.__file__).parent, source, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import sys; from pathlib import Path; from bis.launch.injection import injection_path; "
        "print(injection_path(Path(sys.argv[1])))"
    )
    environ = {"PYTHONPATH": str(source.parent), "BIS_RECORD": "0"}

    def made() -> str:
        command = [sys.executable, "-S", "-c", code, str(tmp_path / "cache")]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environ).stdout

    first = made()
    assert made() == first
    with (source / "config.py").open("a") as file:
        file.write("\n# edited\n")
    assert made() != first
    assert Path(first.strip()).is_dir()


def test_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """A folder that cannot be made is a StorageError with a way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be put into") as caught:
        injection_path(tmp_path / "file")
    assert "BIS_HOME" in str(caught.value.hint)
