"""What a sandbox of a replay covers, and what of that it needs all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._replay import containment
from bis._replay.containment import covered_folders
from bis.model.facets import FileDigest
from bis.model.plan import DataPlacement
from bis.model.sandbox import SandboxRequest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, with data and secrets in it."""
    user = tmp_path / "user"
    for name in ("data/a.csv", "data/b.csv", ".ssh/id_rsa", ".cache/lib/models/v1/w.bin", "bis/key", "top.csv"):
        (user / name).parent.mkdir(parents=True, exist_ok=True)
        (user / name).touch()
    monkeypatch.setenv("HOME", str(user))
    return user


def placed(
    path: Path, digest: str = "aa", target: str | None = None, problem: str = "", size: int = 1
) -> DataPlacement:
    """An input file at its place."""
    return DataPlacement(FileDigest(str(path), size, digest), str(path), target, problem)


def test_homes_temporary_files_and_what_bis_keeps_are_covered(home: Path, tmp_path: Path) -> None:
    """Each by its real path, none in another; never the whole machine."""
    kept = tmp_path / "kept"
    kept.mkdir()
    found = covered_folders(kept)
    covered = [str(home), str(kept), "/tmp"]  # noqa: S108 (compared)
    assert all(any(c == f or c.startswith(f + "/") for f in found) for c in covered)
    assert not {"/", "/usr", "/dev"} & set(found)
    assert not [f for f in found for g in found if f != g and f.startswith(g + "/")]


def test_inputs_are_shown_with_what_is_beside_them(home: Path) -> None:
    """A program may have looked at what else is in a folder; homes and hidden folders are never shown for that."""
    covered = (str(home),)
    paths = [str(home / n) for n in ("data/a.csv", ".ssh/id_rsa", ".cache/lib/models/v1/w.bin", "top.csv")]
    found = containment._with_neighbours(paths, covered, home / "bis")
    assert found == [
        str(home / "data"), str(home / ".ssh" / "id_rsa"), str(home / ".cache/lib/models/v1"), str(home / "top.csv"),
    ]  # fmt: skip


def test_what_bis_keeps_is_not_beside_anything(home: Path) -> None:
    """Where it lies among data, the data are shown one by one."""
    path = str(home / "data" / "a.csv")
    assert containment._with_neighbours([path], (str(home),), home / "data" / "bis") == [path]


def test_somebody_elses_record_shows_only_what_it_knows_already(home: Path) -> None:
    """A file whose content its author cannot name is not shown to the author's program."""
    data = [
        placed(home / "data" / "a.csv"),
        placed(home / ".ssh" / "id_rsa", digest=""),
        placed(home / "data" / "b.csv", problem="another file"),
        placed(home / "top.csv", target="top.csv"),
    ]
    request = SandboxRequest(foreign=True, read=(str(home / ".ssh" / "id_rsa"),))
    assert containment._read_files(request, data) == [str(home / "data" / "a.csv")]
    own = containment._read_files(SandboxRequest(read=(str(home / ".ssh" / "id_rsa"),)), data)
    assert str(home / ".ssh" / "id_rsa") in own


def test_limits_are_those_of_the_machine(tmp_path: Path) -> None:
    """No honest program meets them; the time of processors is limited where there is a time limit."""
    limits = containment._limits(tmp_path, None)
    assert limits["RLIMIT_FSIZE"] > 0
    assert limits["RLIMIT_CORE"] == 0
    assert "RLIMIT_CPU" not in limits
    assert containment._limits(tmp_path, 10.0)["RLIMIT_CPU"] >= 70


def test_the_outermost_paths() -> None:
    """Also where a name is the beginning of another one."""
    assert containment._outermost(["/a/b", "/a-b", "/a", "/a/b/c"]) == ["/a-b", "/a"]
