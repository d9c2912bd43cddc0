"""Limits of a program and all that it starts, together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._try import tree_watch
from bis._try.tree_watch import Excess, TreeLimits, TreeWatch, watched_tree

if TYPE_CHECKING:
    from pathlib import Path

_OWN = 1000  # the process that watches


def process(folder: Path, pid: int, parent: int, *, name: str = "python", own: int = 0, shared: int = 0) -> None:
    """A process as Linux describes it; `own` and `shared` memory in MiB."""
    place = folder / str(pid)
    place.mkdir()
    (place / "stat").write_text(f"{pid} ({name}) S {parent} 1 1 0", encoding="ascii")
    pages = [n * 2**20 // tree_watch._PAGE for n in (own + shared, shared)]
    (place / "statm").write_text(f"9999999 {pages[0]} {pages[1]} 0 0 0 0", encoding="ascii")


@pytest.fixture
def processes(tmp_path: Path) -> Path:
    """Two workers of a program, and one of somebody else's."""
    folder = tmp_path / "proc"
    folder.mkdir()
    process(folder, _OWN, 1, own=500)
    process(folder, 1001, _OWN, own=100, shared=50)
    process(folder, 1002, 1001, name="a (b) c", own=100, shared=50)
    process(folder, 2000, 1, own=9000)
    return folder


@pytest.mark.parametrize(
    ("limits", "excess"),
    [
        (TreeLimits(memory_mib=249), Excess("memory", 250, 249)),  # what they share counts once
        (TreeLimits(memory_mib=250), None),
        (TreeLimits(processes=1), Excess("processes", 2, 1)),
        (TreeLimits(processes=2), None),
        (TreeLimits(), None),
    ],
)
def test_a_tree_is_measured_together(limits: TreeLimits, excess: Excess | None, processes: Path) -> None:
    """The process that watches, and those of others, do not count."""
    assert TreeWatch(limits, processes=processes, root=_OWN).look() == excess


def test_what_was_there_before_is_not_what_it_wrote(processes: Path, tmp_path: Path) -> None:
    """The copy of the project takes nothing of the limit; what comes to it does, in whichever folder."""
    own = tmp_path / "own"
    (own / "a").mkdir(parents=True)
    (own / "data.csv").write_bytes(b"x" * 3 * 2**20)
    watch = TreeWatch(TreeLimits(disk_mib=1, folders=(own,)), processes=processes, root=_OWN)
    assert watch.look() is None
    (own / "a" / "model.pkl").write_bytes(b"x" * 2 * 2**20)
    assert watch.look() == Excess("disk", 2, 1)


def test_without_limits_nothing_is_looked_at() -> None:
    """No thread, and nothing to ask."""
    with watched_tree(TreeLimits()) as watch:
        assert watch is None
