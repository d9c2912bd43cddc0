"""Notebooks with what they were saved with, and what they show now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis._verify.published.saved_outputs import NotebookRun, compare_saved_outputs
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.facets import Failure
from bis.model.verdict import Item, Level, Verdict
from bis.notebooks.shown_outputs import ShownCell, ShownOutput, shown_cells
from bis.report.text.statement_text import item_name
from tests.unit._verify.runs import words
from tests.unit.report.scenes import png, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

pytest.importorskip("nbformat")
NOTEBOOKS = Path(__file__).parents[3] / "assets" / "notebooks"
LOGS = shown({"stderr": "2026/01/01 12:00:00 INFO mlflow.tracking: 3\n"}, {"stdout": "Collecting mlflow\n"})


def published(name: str) -> tuple[ShownCell, ...]:
    """The cells of a notebook as it was published."""
    return shown_cells((NOTEBOOKS / f"published_{name}.ipynb").read_bytes(), name)


def changed(cells: tuple[ShownCell, ...], old: str, new: str) -> tuple[ShownCell, ...]:
    """The same cells, with other text in their outputs."""
    return tuple(
        replace(cell, outputs=tuple(ShownOutput(o.kind, _replaced(o.forms, old, new)) for o in cell.outputs))
        for cell in cells
    )


def _replaced(forms: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    return {mime: form.replace(old, new) for mime, form in forms.items()}


def items(verdict: Verdict) -> tuple[Item, ...]:
    """In their order."""
    return verdict.groups[0].items


def long_notebook(*, now: bool) -> list[ShownCell]:
    """Forty cells with figures, log lines and times, one of which really changed."""
    stamp, size = ("2026-11-29 10:00:00", "640x480") if now else ("2024-02-01 12:00:00", "432x288")
    cells = []
    for i in range(40):
        value = 0.5 + i / 1000 + (0.001 if now and i == 23 else 0)
        drawn = {"text/plain": f"<Figure size {size} with 1 Axes>"}
        text = f"fold {i}: accuracy {value:.4f}, fit time {i + now}.5 s, finished at {stamp}\n"
        log = f"{stamp}.123456: I tensorflow/core/util/port.cc:{100 + i + now}] oneDNN custom operations are on.\n"
        cells.append(shown({"stdout": text}, {"stderr": log}, drawn, position=i))
    return cells


def test_the_one_change_of_a_long_notebook_comes_first() -> None:
    """Among forty cells whose figures have other sizes, times and logs."""
    verdict = compare_saved_outputs(long_notebook(now=False), NotebookRun(long_notebook(now=True)))
    assert (verdict.level, verdict.exit_code) == (Level.DIVERGENT, 1)
    first, *rest = items(verdict)
    assert (first.cell, first.evidence.original, first.evidence.replayed) == (23, ("0.5230",), ("0.5240",))
    assert "accuracy" in item_name(first)
    assert all(item.level is Level.BITWISE for item in rest)
    assert words(verdict).startswith("1 of 80 saved results differs, in 40 cells")


@pytest.mark.parametrize("name", ["basic", "complex"])
def test_published_notebooks_agree_with_themselves(name: str) -> None:
    """All that is compared is the same, and that is something."""
    cells = published(name)
    verdict = compare_saved_outputs(cells, NotebookRun(cells, ran={c.position for c in cells}))
    assert (verdict.level, verdict.exit_code) == (Level.BITWISE, 0)
    assert sum(i.counts for i in items(verdict)) >= 4


@pytest.mark.parametrize(
    ("name", "old", "new", "cell"),
    [
        ("basic", "MAE: 42.794094679599944", "MAE: 42.79419", 8),
        ("basic", "<td>0.346411</td>", "<td>0.346421</td>", 10),
        ("basic", "mean r2: 0.4555", "mean r2: nan", 13),
        ("complex", "accuracy: 0.9436", "accuracy: 0.9437", 5),
        ("complex", "0.26128933144243605", "0.2612893314", 7),
        ("complex", " 0 30  0", " 0 29  1", 8),
    ],
)
def test_a_changed_figure_of_a_published_notebook(name: str, old: str, new: str, cell: int) -> None:
    """It is found wherever it stands; fewer digits of the same figure are no change."""
    cells = published(name)
    verdict = compare_saved_outputs(cells, NotebookRun(changed(cells, old, new)))
    if old.startswith(new):
        assert verdict.level is Level.NUMERICAL
    else:
        assert verdict.level is Level.DIVERGENT
        assert items(verdict)[0].cell == cell


@pytest.mark.parametrize(
    "cells",
    [
        (),
        (ShownCell(0, "x = 1"),),
        (LOGS,),
        (ShownCell(0, "!pip install x", (ShownOutput("stdout", {"text/plain": "accuracy 0.5"}),)),),
        (shown({"stdout": "done\n"}, {"text/plain": "<Figure size 640x480 with 1 Axes>"}),),
        (shown({"stdout": "took 3.5 s, at 12:00:00\n"}),),
        (shown({"error": "ValueError: x"}),),
    ],
)
def test_without_saved_results_nothing_is_compared(cells: tuple[ShownCell, ...]) -> None:
    """Which is no yes, even if everything is the same."""
    verdict = compare_saved_outputs(cells, NotebookRun(cells))
    assert (verdict.level, verdict.exit_code) == (Level.INCONCLUSIVE, 4)


def test_pictures_count_where_there_are_no_results() -> None:
    """With results they are shown, and do not decide."""
    draw, other, size = (shown({"image/png": one}) for one in (png(), png("black"), png(size=(9, 9))))
    assert compare_saved_outputs([draw], NotebookRun([draw])).level is Level.BITWISE
    assert compare_saved_outputs([draw], NotebookRun([other])).level is Level.DIVERGENT
    assert compare_saved_outputs([draw], NotebookRun([size])).exit_code == 5
    assert compare_saved_outputs([draw], NotebookRun([], has_pictures=False)).exit_code == 5
    with_result, then = (shown({"stdout": "auc 0.5\n"}, {"image/png": one}) for one in (png(), png("black")))
    verdict = compare_saved_outputs([with_result], NotebookRun([then]))
    assert verdict.level is Level.BITWISE
    assert words(verdict) == "1 of 1 saved result agrees, in 1 cell; 1 picture: 1 different"


def test_cells_that_were_not_run() -> None:
    """A server, and a cell that installs packages, are told by their number, and not compared."""
    server = ShownCell(0, "!mlflow ui", (ShownOutput("error", {"text/plain": "KeyboardInterrupt"}),))
    install = ShownCell(2, "%pip install x", (ShownOutput("stdout", {"text/plain": "Successfully installed x-1\n"}),))
    result = shown({"stdout": "auc 0.5\n"}, position=3)
    silent = ShownCell(4, 'get_ipython().system_raw("mlflow ui &")')
    cells = [server, install, result, silent, ShownCell(5, " ")]
    verdict = compare_saved_outputs(cells, NotebookRun([result], ran={2, 3}))
    assert (verdict.level, len(items(verdict))) == (Level.BITWISE, 1)
    assert "1 cell that only installs packages" in words(verdict)
    assert "2 cells not run" in words(verdict)


def test_a_run_that_ended_early() -> None:
    """What it did not reach is not compared, so that it is no yes; a new error is a difference."""
    first, second = (shown({"stdout": f"auc 0.{i}\n"}, position=i) for i in (1, 2))
    raised = shown({"stdout": "auc 0.1\n"}, {"error": "KeyError: 'x'"}, position=1)
    failed = Failure("exception", "cell 1 raised KeyError", cell=1)
    verdict = compare_saved_outputs([first, second], NotebookRun([raised], ran={1}, failure=failed))
    assert [(i.cell, i.level) for i in items(verdict)][:2] == [(1, Level.DIVERGENT), (2, Level.INCONCLUSIVE)]
    again = shown({"stdout": "auc 0.1\n"}, {"error": "KeyError: 'y'"}, position=1)
    verdict = compare_saved_outputs([again, second], NotebookRun([raised], ran={1}, failure=failed))
    assert verdict.level is Level.INCONCLUSIVE
    assert "cell 1 raises again the error with which it was saved" in words(verdict)
    late = Failure("timeout", "the time limit ended", cell=1)
    verdict = compare_saved_outputs([first, second], NotebookRun([first], ran={1}, failure=late))
    assert (verdict.level, verdict.exit_code) == (Level.NOT_EXECUTABLE, 3)


def test_cells_that_were_saved_without_an_output() -> None:
    """What they show now has nothing to be compared with; an error counts all the same."""
    result = shown({"stdout": "auc 0.5\n"}, position=0)
    more, raised = shown({"stdout": "auc 0.6\n"}), shown({"error": "KeyError: 'x'"})
    assert compare_saved_outputs([result, ShownCell(1)], NotebookRun([result, more])).level is Level.BITWISE
    assert compare_saved_outputs([result, ShownCell(1)], NotebookRun([result, raised])).level is Level.DIVERGENT


def test_a_declared_tolerance() -> None:
    """By the name of the figure."""
    saved, now = (shown({"stdout": f"auc: {v}\n"}) for v in (0.55, 0.57))
    wide = Tolerances({"auc": Tolerance(atol=0.05)})
    assert compare_saved_outputs([saved], NotebookRun([now])).level is Level.DIVERGENT
    assert compare_saved_outputs([saved], NotebookRun([now]), tolerances=wide).level is Level.NUMERICAL


def test_another_model_is_another_result() -> None:
    """Whether it is printed or shown; the same one is nothing that a program has computed."""
    loss, (best, same, worse) = {"stdout": "loss: 0.512\n"}, (f"SVC(C={c})" for c in ("1.0", "1.0", "2.0"))
    for form in ("stdout", "text/plain"):
        saved = [shown(loss, position=0), shown({form: best})]
        verdict = compare_saved_outputs(saved, NotebookRun([shown(loss, position=0), shown({form: worse})]))
        assert (verdict.level, verdict.groups[0].items[0].label) == (Level.DIVERGENT, "C")
        alone = compare_saved_outputs([shown({form: best})], NotebookRun([shown({form: same})]))
        assert (alone.level, alone.exit_code) == (Level.INCONCLUSIVE, 4)
