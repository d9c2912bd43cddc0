"""Plans as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.facets import EntryKind, FileDigest
from bis.model.plan import DataPlacement, Fetch, Missing, PackageChange, Plan, Rebuild
from bis.model.verdict import Deviation, ReplayKind
from bis.report.text.plan_text import plan_text, print_plan

if TYPE_CHECKING:
    import pytest

PLAN = Plan(
    run_id="0123",
    kind=ReplayKind.EXACT,
    entry=EntryKind.SCRIPT,
    target="train.py",
    argv=("--lr", "0.1"),
    interpreter_options=(),
    cwd=".",
    source="snapshot",
    environment="current",
    hash_seed="0",
    root="ab" * 32,
    original_scheme="sqlite",
    data=(DataPlacement(FileDigest("d.csv", 3, "aa"), "/x/d.csv", "d.csv"),),
    deviations=(Deviation("environment", "numpy 1", "numpy 2", "asked for"),),
    missing=(Missing("machine", "threads are left as they are"),),
)

TEXT = """\
would replay run 0123 3 times, with the recorded entropy and threads
command       python train.py --lr 0.1
in            .
source        the recorded snapshot
environment   the current one
entropy root  abababababab... as recorded
hash seed     0
time limit    none

data:
d.csv  put to d.csv

knowingly changed:
  - environment: numpy 1 -> numpy 2 (asked for)

not recorded:
  - machine: threads are left as they are
"""


def test_a_plan_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """What would be done, what would be changed, what is not known."""
    assert plan_text(PLAN, times=3) == TEXT
    print_plan(PLAN, times=3)
    assert capsys.readouterr().out == TEXT


def test_what_is_not_recorded_is_left_to_chance() -> None:
    """No root and no hash seed: said, not passed over; fresh replays have roots of their own."""
    text = plan_text(replace(PLAN, root=None, hash_seed=None, deviations=()))
    assert "not recorded: entropy is left to chance" in text
    assert "nothing is knowingly changed" in text
    assert "a new one for each replay" in plan_text(replace(PLAN, kind=ReplayKind.FRESH))


def test_notebooks_modules_and_problems() -> None:
    """Skipped cells, overrides and data problems are named."""
    plan = replace(
        PLAN,
        entry=EntryKind.NOTEBOOK,
        target="a.ipynb",
        skipped_cells=((3, "starts a server"),),
        overrides={"lr": "0.2"},
        data=(DataPlacement(FileDigest("d.csv", 3, "aa"), None, None, "has changed"),),
    )
    text = plan_text(plan)
    assert "notebook a.ipynb" in text
    assert "  - cell 3: starts a server" in text
    assert "lr=0.2" in text
    assert "d.csv  has changed" in text
    assert "python -m train.py" in plan_text(replace(PLAN, entry=EntryKind.MODULE))


def test_an_environment_that_is_built_says_what_it_costs() -> None:
    """What differs, how much is downloaded, and where it stays."""
    rebuild = Rebuild((PackageChange("numpy", "1.26.4", "2.4.6"),), 196, "/home/u/e", fetch=Fetch(2, 3 << 20))
    text = plan_text(replace(PLAN, environment="rebuild", rebuild=rebuild), width=100)
    assert [line.split(maxsplit=1) for line in text.splitlines()[4:8]] == [
        ["environment", "rebuilt from the recorded lock"],
        ["differs", "numpy 1.26.4 (here 2.4.6)"],
        ["to", "download   2 packages: 3.0 MiB packed"],
        ["stays", "in      /home/u/e"],
    ]


def test_files_that_are_put_back_are_told_from_those_that_are_there() -> None:
    """The content of a file that the program changed comes from the record."""
    kept = DataPlacement(FileDigest("n.txt", 3, "aa"), None, "n.txt", kept=True)
    assert "n.txt  put to n.txt, as it was before the program changed it" in plan_text(replace(PLAN, data=(kept,)))
