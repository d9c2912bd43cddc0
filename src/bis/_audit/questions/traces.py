"""The order in which calls run: a file from its top, and into the functions of the project where they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bis._audit.questions.asked_once import asked_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._audit.parsing.ir import Call, Module, With
    from bis._audit.questions.analysis import Analysis

_DEEPEST = 8  # calls within calls that are followed
_LONGEST = 20_000  # steps of one trace
_new = tuple.__new__  # as in `lowering`: there are many


class TraceStep(NamedTuple):
    """One step of a run through the code: a call, or (`call` is None) the end of a ``with`` block's body."""

    module: Module
    call: Call | None
    closes: With | None = None
    depth: int = 0


@asked_once
def traces(analysis: Analysis, module: Module) -> list[list[TraceStep]]:
    """Runs through a file: from its top, and from each function that this does not reach.

    A notebook's cells run in the order of the document.
    """
    reached: set[tuple[str, int]] = set()
    found = [_trace(analysis, module, 0, reached, None)]
    # Only functions that are not called in the file start a run of their own; a class's methods are taken together.
    for index, scope in enumerate(module.scopes):
        if scope.kind == "function" and (module.file, index) not in reached and scope.first < scope.last:
            found.append(_trace(analysis, module, index, reached, None))
    return [trace for trace in found if trace]


def saved_trace(analysis: Analysis, module: Module) -> list[TraceStep] | None:
    """A notebook in the order of its saved execution counts; None where that is the document's order."""
    counted = [c for c in module.cells if c.count is not None]
    order = [c.index for c in sorted(counted, key=lambda c: c.count or 0)]
    if not module.is_notebook or order == [c.index for c in counted]:
        return None
    return _trace(analysis, module, 0, set(), order)


def _trace(
    analysis: Analysis, module: Module, scope: int, reached: set[tuple[str, int]], cells: list[int] | None
) -> list[TraceStep]:
    steps: list[TraceStep] = []
    calls: Sequence[Call] = analysis.calls_in(module, scope)
    if cells is not None:
        rank = {cell: position for position, cell in enumerate(cells)}
        calls = sorted((c for c in calls if c.cell in rank), key=lambda c: rank[c.cell])
    reached.add((module.file, scope))
    _walk(analysis, module, calls, steps, reached, {(module.file, scope)}, 0)
    return steps


def _walk(
    analysis: Analysis,
    module: Module,
    calls: Sequence[Call],
    steps: list[TraceStep],
    reached: set[tuple[str, int]],
    active: set[tuple[str, int]],
    depth: int,
) -> None:
    opened: tuple[int, ...] = ()
    without_calls = {one.call: one for one in module.withs if one.end == one.call + 1}  # with start_run(): pass
    for call in calls:
        if len(steps) > _LONGEST:
            return
        if opened != call.withs:
            left = [module.withs[i] for i in reversed(opened) if i not in call.withs]
            steps += [TraceStep(module, None, one, depth) for one in left if one.call != call.index]
            opened = call.withs
        found = analysis.project.links.function(call.api, module) if call.api.startswith("@") else None
        if found is not None and depth < _DEEPEST:
            owner, scope = found
            key = (owner.file, scope)
            reached.add(key)
            if key not in active:
                inner = analysis.calls_in(owner, scope)
                _walk(analysis, owner, inner, steps, reached, active | {key}, depth + 1)
        steps.append(_new(TraceStep, (module, call, None, depth)))
        empty = without_calls.get(call.index)
        if empty is not None:
            steps.append(TraceStep(module, None, empty, depth))
    steps += [TraceStep(module, None, module.withs[i], depth) for i in reversed(opened)]
