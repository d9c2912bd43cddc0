"""Paths that a replay printed."""

from __future__ import annotations

from pathlib import Path

from bis._replay.original_place import in_original_place
from bis.model.facets import CellOutput, Failure, Outputs, Status

COPY = Path("/scratch/0/workspace/project")


def test_paths_of_the_copy_are_those_of_the_original() -> None:
    """In all texts; not where another folder's name only begins alike."""
    printed = Outputs(
        Status.RECORDED,
        stdout=f"saved {COPY}/a.csv in {COPY}\nnot {COPY}-2/a.csv",
        cells=(CellOutput(1, "stdout", f"{COPY}/b.csv"),),
        failure=Failure("exception", f"no {COPY}/c.csv"),
    )
    placed = in_original_place(printed, COPY, "/home/u/study")
    assert placed.stdout == f"saved /home/u/study/a.csv in /home/u/study\nnot {COPY}-2/a.csv"
    assert placed.cells[0].text == "/home/u/study/b.csv"
    assert placed.failure is not None
    assert placed.failure.message == "no /home/u/study/c.csv"
    assert placed.status is Status.RECORDED


def test_an_unknown_place_changes_nothing() -> None:
    """Old runs that bis never saw have no folder."""
    printed = Outputs(Status.RECORDED, stdout=f"{COPY}/a.csv")
    assert in_original_place(printed, COPY, "") is printed
