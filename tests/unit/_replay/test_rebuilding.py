"""What building an environment would mean, by what uv and the lock say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._replay.rebuilding import download_sizes, rebuild_notes
from bis.model.plan import Fetch, PackageChange, Rebuild
from bis.report.text.progress_text import note_text

if TYPE_CHECKING:
    from pathlib import Path


def test_sizes_are_those_of_the_wheels(tmp_path: Path) -> None:
    """Else of the source, or of a file that is here; what comes from git, or from an index without sizes, has none."""
    (tmp_path / "a b.whl").write_bytes(b"four")
    lock = {
        "packages": [
            {"name": "Scikit_Learn", "wheels": [{"size": 5}], "sdist": {"size": 9}},
            {"name": "old", "sdist": {"size": 7}},
            {"name": "direct", "archive": {"url": "https://example.org/direct.whl"}},
            {"name": "beside", "wheels": [{"path": "a b.whl"}]},
            {"name": "local", "wheels": [{"url": f"file://{tmp_path}/a%20b.whl"}]},
            {"name": "gone", "wheels": [{"path": "/no/such.whl"}]},
            {"name": "vcs", "vcs": {"type": "git"}},
        ]
    }
    assert download_sizes(lock, tmp_path) == {
        "scikit-learn": 5,
        "old": 7,
        "beside": 4,
        "local": 4,
        **dict.fromkeys(("direct", "gone", "vcs")),
    }
    assert download_sizes({}, tmp_path) == {}


def test_a_user_is_told_before_the_environment_is_built() -> None:
    """What differs, how much is downloaded, where it stays: at most a screenful."""
    changes = (*(PackageChange(f"p{i}", "1", "2") for i in range(98)), *(PackageChange(n, "", "1") for n in "xy"))
    rebuild = Rebuild(changes, 196, "/home/u/e", fetch=Fetch(12, 5 << 20))
    lines = [note_text(note) for note in rebuild_notes(rebuild)]
    assert len(lines) <= 20
    assert lines[0] == "the recorded environment of 196 packages is built, since 100 packages here differ from it:"
    assert lines[1] == "  p0 1 (here 2)"
    assert lines[16:] == [
        "  and 83 more",
        "  2 packages here were not there",
        "to download: 12 packages: 5.0 MiB packed",
        "it stays in /home/u/e; `bis cache` lists and removes such environments",
    ]


def test_what_is_not_known_is_said() -> None:
    """Without an index, or without an interpreter, there is no figure, and no folder."""
    lines = [note_text(note) for note in rebuild_notes(Rebuild((), 3, fetch=Fetch(problem="no index")))]
    assert lines[-1] == "to download: how much is not known (no index)"


def test_an_environment_that_is_there_is_one_line() -> None:
    """Nothing is downloaded for it."""
    (note,) = rebuild_notes(Rebuild((PackageChange("a", "1", "2"),), 3, "/home/u/e", built=True))
    assert note_text(note) == (
        "1 package here differs from the recorded ones: the environment is used that was built before (/home/u/e)"
    )
