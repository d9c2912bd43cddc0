"""A plan as text (``bis replay --dry-run``): what would be done, and with which deviations."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from bis.model.facets import EntryKind
from bis.model.verdict import ReplayKind
from bis.report.text.rebuild_text import rebuild_rows
from bis.report.text.terminal import bullet, print_text, table, text_of

if TYPE_CHECKING:
    from bis.model.plan import DataPlacement, Plan

_FEW = 12


def plan_text(plan: Plan, *, times: int = 1, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """What a replay would do, as text."""
    question = {
        ReplayKind.EXACT: "with the recorded entropy and threads",
        ReplayKind.FRESH: "with new entropy",
        ReplayKind.VARIED: "with one cause varied",
    }[plan.kind]
    head = f"would replay run {plan.run_id} {times} time{'' if times == 1 else 's'}, {question}"
    rows = [
        ("command", _command(plan)),
        ("in", posixpath.normpath(plan.cwd)),
        (
            "source",
            {"snapshot": "the recorded snapshot", "commit": "the recorded commit"}.get(plan.source, plan.source),
        ),
        ("environment", _ENVIRONMENT.get(plan.environment, plan.environment)),
        *(rebuild_rows(plan.rebuild, full=full) if plan.rebuild is not None else ()),
        ("entropy root", _root(plan)),
        ("hash seed", plan.hash_seed or "not recorded: left to chance"),
        ("time limit", f"{plan.timeout_s:g} s" if plan.timeout_s else "none"),
    ]
    if plan.variables:
        rows.append(("variables", ", ".join(f"{k}={v}" for k, v in sorted(plan.variables.items()))))
    if plan.parameters:
        rows.append(("parameters", ", ".join(f"{k}={v}" for k, v in sorted(plan.parameters.items()))))
    if plan.unset:
        rows.append(("not set", ", ".join(plan.unset)))
    if plan.overrides:
        rows.append(("set to", ", ".join(f"{k}={v}" for k, v in sorted(plan.overrides.items()))))
    parts: list[Any] = [head, table(("", ""), rows, whole=(0,)), *_data(plan, full=full)]
    if plan.skipped_cells:
        parts += ["", "cells that would be skipped:"]
        parts += [bullet(f"cell {position}: {why}") for position, why in plan.skipped_cells]
    parts += ["", "knowingly changed:" if plan.deviations else "nothing is knowingly changed"]
    for d in plan.deviations:
        why = f" ({d.why})" if d.why else ""
        parts.append(bullet(f"{d.what}: {d.recorded or '(nothing)'} -> {d.replayed or '(nothing)'}{why}"))
    if plan.missing:
        parts += ["", "not recorded:"]
        parts += [bullet(f"{m.what}: {m.consequence}") for m in plan.missing]
    return text_of(parts, width=width, colour=colour)


def print_plan(plan: Plan, *, times: int = 1, full: bool = False) -> None:
    """Print on stdout what a replay would do."""
    print_text(lambda width, colour: plan_text(plan, times=times, width=width, colour=colour, full=full))


_ENVIRONMENT = {
    "current": "the current one",
    "rebuild": "rebuilt from the recorded lock",
}


def _command(plan: Plan) -> str:
    if plan.entry is EntryKind.NOTEBOOK:
        return " ".join(["notebook", plan.target, *plan.argv])
    module = ["-m"] if plan.entry is EntryKind.MODULE else []
    return " ".join(["python", *plan.interpreter_options, *module, plan.target, *plan.argv])


def _root(plan: Plan) -> str:
    if plan.kind is ReplayKind.FRESH:
        return "a new one for each replay"
    return f"{plan.root[:12]}... as recorded" if plan.root else "not recorded: entropy is left to chance"


def _place(placement: DataPlacement) -> str:
    if placement.target is None:
        return "at its own place"
    return f"put to {placement.target}" + (", as it was before the program changed it" if placement.kept else "")


def _data(plan: Plan, *, full: bool) -> list[Any]:
    if not plan.data:
        return []
    # Files with a problem first: they are what the reader has to act upon.
    placed = sorted(plan.data, key=lambda d: not d.problem)
    shown = placed if full else placed[:_FEW]
    rows = [(d.file.path, d.problem or _place(d)) for d in shown]
    more = [] if len(shown) == len(placed) else [f"and {len(placed) - len(shown)} more (--full)"]
    return ["", "data:", table(("", ""), rows), *more]
