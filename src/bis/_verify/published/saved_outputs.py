"""What a notebook was saved with against what running it gives: the verdict comes from its results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bis._verify.published.cell_comparison import RESULTS_DECIDE, CellComparison
from bis._verify.published.cell_parts import CellParts, parts_of
from bis._verify.published.told_aside import parts_without
from bis._verify.tolerances import Tolerances
from bis.model.facets import Failure
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Basis, Group, Item, ItemKind, Level, ReplayKind, Verdict
from bis.notebooks.cell_surroundings import SurroundingsReader
from bis.notebooks.exploring_cells import only_explores
from bis.notebooks.shown_outputs import ShownCell, installing_cells

_NOTHING = CellParts()
_SURROUNDINGS = StatementCode.CELLS_TELL_SURROUNDINGS


@dataclass(frozen=True, slots=True)
class NotebookRun:
    """How a notebook ran: its cells with what they showed.

    `ran` has the positions of the cells that were executed, None where that is not known. `has_pictures` says whether
    the pictures of this run were kept.
    """

    cells: Sequence[ShownCell]
    ran: Collection[int] | None = None
    failure: Failure | None = None
    has_pictures: bool = True

    def reached(self, position: int) -> bool:
        """Whether the notebook ran so far, or beyond."""
        if self.failure is None or (self.ran is not None and position in self.ran):
            return True
        return self.failure.cell is not None and position <= self.failure.cell


def compare_saved_outputs(
    saved: Sequence[ShownCell], now: NotebookRun, *, tolerances: Tolerances | None = None, run_id: str = ""
) -> Verdict:
    """Compare the outputs that a notebook was saved with to those of its execution now.

    Results decide: figures in what a cell prints or shows, tables, values such as labels, and whether a cell fails.
    Figures are compared at the precision of the coarser print. Pictures are compared pixel by pixel, and count where
    there are no results. Other texts are shown where they differ; logs are not compared, nor is what a cell tells of
    its surroundings by its source (times, ids, versions), nor are cells that were not run (they start servers), that
    install packages, or that were saved without an output.
    """
    installs = installing_cells(saved)
    parts = {cell.position: parts_of(cell) for cell in now.cells}
    compared: list[CellComparison] = []
    items: list[Item] = []
    aside: dict[StatementCode, int] = {}
    reader = SurroundingsReader()
    for cell in saved:
        position, told = cell.position, reader.read(cell.source)
        given = (parts_of(cell), parts.get(position, _NOTHING))
        before, after = (parts_without(told, one) for one in given)
        if (before, after) != given:
            aside[_SURROUNDINGS] = aside.get(_SURROUNDINGS, 0) + 1
        why = _why_not(cell, before, after, now, installs)
        if why is None:
            one = CellComparison(position, tolerances or Tolerances())
            one.compare(before, after, has_pictures=now.has_pictures)
            compared.append(one)
        elif why is StatementCode.CELL_NOT_REACHED:
            failed = now.failure.cell if now.failure else None
            items.append(Item("", ItemKind.CELL, Level.INCONCLUSIVE, (statement(why, failed=failed),), cell=position))
        else:
            aside[why] = aside.get(why, 0) + 1
    items += [item for one in compared for item in one.items]
    return _verdict([*_failures(now, items), *items], compared, aside, run_id)


def _why_not(
    cell: ShownCell, before: CellParts, after: CellParts, now: NotebookRun, installs: Collection[int]
) -> StatementCode | None:
    """Why a cell is not compared; None where it is."""
    position = cell.position
    if position in installs:
        return StatementCode.CELLS_INSTALL
    if only_explores(cell.source):
        return StatementCode.CELLS_EXPLORE
    if not now.reached(position):
        return None if before == _NOTHING else StatementCode.CELL_NOT_REACHED
    if now.ran is not None and position not in now.ran:
        return StatementCode.CELLS_NOT_RUN if cell.source.strip() or before != _NOTHING else None
    if before == _NOTHING and after.error is None and after.says_something:
        return StatementCode.CELLS_NOT_SAVED
    return None


def _failures(now: NotebookRun, items: Sequence[Item]) -> list[Item]:
    """An item on a run that did not end well, where no output of a cell says so already."""
    failure = now.failure
    shown = {item.cell for item in items if item.name == "error"}
    if failure is None or failure.stage == "exception" or failure.cell in shown:
        return []
    said = statement(StatementCode.FAILED, stage=failure.stage, message=failure.message, cell=failure.cell)
    return [Item("exit", ItemKind.EXIT, Level.NOT_EXECUTABLE, (said,))]


def _verdict(
    items: Sequence[Item], compared: Sequence[CellComparison], aside: dict[StatementCode, int], run_id: str
) -> Verdict:
    """The weakest item that counts decides; pictures do where nothing else was compared."""
    results = sum(one.results for one in compared)
    if not results:
        items = [_counting(item) if item.kind is ItemKind.PICTURE else item for item in items]
    ordered = tuple(sorted(items, key=lambda i: (not i.counts, -i.level.rank, i.cell is None, i.cell or 0)))
    counting = [item for item in ordered if item.counts]
    pictures = _on_pictures(ordered)
    notes = [*_notes(compared, ordered), *(statement(code, cells=count) for code, count in sorted(aside.items()))]
    if all(item.kind is ItemKind.PICTURE for item in counting):
        nothing = statement(StatementCode.NOTHING_TO_COMPARE, basis=Basis.SAVED.value)
        first, *notes = [*([] if counting else [nothing]), *pictures, *notes]
    else:
        first = _on_results(compared, items)
        notes = [*pictures, *notes]
    level = max((item.level for item in counting), key=lambda x: x.rank, default=Level.INCONCLUSIVE)
    group = Group(ReplayKind.EXACT, level, replays=0, failed=0, items=ordered, statements=(first,))
    return Verdict(run_id, level, (group,), (first, *notes), basis=Basis.SAVED)


def _counting(item: Item) -> Item:
    """A picture that counts; one that was not saved has nothing to be compared with."""
    said = tuple(one for one in item.statements if one != RESULTS_DECIDE)
    not_saved = any(one.code is StatementCode.PICTURE_NOT_SAVED for one in said)
    return item if not_saved else replace(item, counts=True, statements=said)


def _on_results(compared: Sequence[CellComparison], items: Sequence[Item]) -> Statement:
    """The headline: how many results there are, and how the notebook ended if it did not end well."""
    again = tuple(one.position for one in compared if one.raises_again)
    ended = [one for item in items if item.kind is ItemKind.EXIT for one in item.statements]
    unreached = sum(one.code is StatementCode.CELL_NOT_REACHED for item in items for one in item.statements)
    return statement(
        StatementCode.SAVED_COMPARED,
        *ended,
        *([statement(StatementCode.CELLS_NOT_REACHED, cells=unreached)] if unreached else []),
        *([statement(StatementCode.CELLS_RAISE_AGAIN, cells=again)] if again else []),
        results=sum(one.results for one in compared),
        cells=sum(one.results > 0 for one in compared),
        differing=sum(one.differing for one in compared),
        undecided=sum(one.undecided for one in compared),
        within=sum(one.within for one in compared),
    )


def _on_pictures(items: Sequence[Item]) -> list[Statement]:
    levels = [item.level for item in items if item.kind is ItemKind.PICTURE]
    if not levels:
        return []
    same, within = levels.count(Level.BITWISE), levels.count(Level.NUMERICAL)
    figures = {"pictures": len(levels), "same": same, "within": within, "differing": levels.count(Level.DIVERGENT)}
    return [statement(StatementCode.PICTURES_COMPARED, **figures)]


def _notes(compared: Sequence[CellComparison], items: Sequence[Item]) -> list[Statement]:
    """What must be read with the verdict, with counts of cells."""
    said = []
    if texts := {i.cell for i in items for s in i.statements if s.code is StatementCode.SAVED_TEXT_DIFFERS}:
        said.append(statement(StatementCode.CELLS_WORD_OTHERWISE, cells=len(texts)))
    if logs := sum(one.logs for one in compared):
        said.append(statement(StatementCode.CELLS_LOG, cells=logs))
    return said
