"""What bis keeps on a machine, and what was removed of it, as text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bis.model.kept_thing import KeptState
from bis.report.text.figure_words import counted, data_size
from bis.report.text.terminal import print_text, table, text_of, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bis.model.kept_thing import CacheRemoval, KeptThing

_STATES = {
    KeptState.FREE: "",
    KeptState.IN_USE: "in use",
    KeptState.WAITING: "not stored yet",
    KeptState.ONLY_HERE: "only here",
}
_PROBLEMS = {
    "in-use": "it is in use",
    "waiting": "it is not in MLflow yet: `bis store` stores it, --unstored removes it with what was recorded",
    "only-here": "it is in no store: --unstored removes it, and its run cannot be replayed any more",
    "failed": "it cannot be removed",
}
_DAY_S = 24 * 3600
_GAP = 2  # blanks between the columns of a table


def contents_text(things: Sequence[KeptThing], *, now_unix_s: float, width: int = 80, colour: bool = False) -> str:
    """What is kept, as a table, and how much it is. No name is broken, so that it can be searched for and copied.

    Parameters
    ----------
    things : sequence of KeptThing
        In the order in which they are shown.
    now_unix_s : float
        The time from which ages are counted, in seconds.
    width : int
        Of the terminal, in characters; lines with long names are longer.
    colour : bool
        Whether to use colour.
    """
    if not things:
        return "nothing is kept\n"
    rows = [
        (
            thing.kind.value,
            data_size(thing.size_bytes) or "empty",
            _age(thing.made_unix_s, now_unix_s),
            _age(thing.used_unix_s, now_unix_s),
            _with_words(thing),
        )
        for thing in things
    ]
    heads = ("kind", "size", "made", "last use", "name")
    parts: list[Any] = [table(heads, rows, right=(1,), whole=(0, 1, 2, 3)), "", _total(things)]
    before = sum(max(len(row[i]) for row in [heads, *rows]) + _GAP for i in range(len(heads) - 1))
    needed = before + max(len(thing.name) for thing in things) + _GAP
    return text_of(parts, width=max(width, needed), colour=colour)


def print_contents(things: Sequence[KeptThing]) -> None:
    """Print on stdout what is kept."""
    now = time.time()
    print_text(lambda width, colour: contents_text(things, now_unix_s=now, width=width, colour=colour))


def removals_text(done: Sequence[CacheRemoval], *, dry_run: bool) -> str:
    """What was removed, or would be, a line each, and how much that is."""
    gone = [one.thing for one in done if one.removed]
    if not done:
        return "nothing to remove\n"
    lines = [f"{'would remove' if dry_run else 'removed'} {_named(thing)}" for thing in gone]
    return "".join(f"{visible(line)}\n" for line in [*lines, _freed(gone, dry_run=dry_run)])


def problem_text(one: CacheRemoval) -> str:
    """Why something was left."""
    why = f" ({one.message})" if one.message else ""
    return visible(f"{_named(one.thing)} is left: {_PROBLEMS[one.problem]}{why}")


def print_removals(done: Sequence[CacheRemoval], *, dry_run: bool, tell: Callable[[str], None]) -> None:
    """Print on stdout what was removed; `tell` gets a line for each thing that was left."""
    print_text(lambda _width, _colour: removals_text(done, dry_run=dry_run))
    for one in done:
        if not one.removed:
            tell(f"bis: {problem_text(one)}")


def _with_words(thing: KeptThing) -> str:
    words = ", ".join(x for x in (_STATES[thing.state], thing.about) if x)
    return f"{thing.name} ({words})" if words else thing.name


def _named(thing: KeptThing) -> str:
    same = thing.name.startswith(thing.kind.value) or thing.name == "audit"
    return f"{'' if same else f'{thing.kind.value} '}{thing.name} ({data_size(thing.size_bytes) or 'empty'})"


def _total(things: Sequence[KeptThing]) -> str:
    size = data_size(sum(t.size_bytes for t in things)) or "nothing"
    return f"{counted(len(things), 'thing')}, {size}{_elsewhere(things)}"


def _freed(things: Sequence[KeptThing], *, dry_run: bool) -> str:
    size = data_size(sum(t.size_bytes - t.shared_bytes for t in things)) or "nothing"
    return f"{size} {'would be freed' if dry_run else 'freed'}{_elsewhere(things)}"


def _elsewhere(things: Sequence[KeptThing]) -> str:
    shared = data_size(sum(t.shared_bytes for t in things))
    return f"; {shared} are shared with uv's cache, which `uv cache clean` frees" if shared else ""


def _age(moment: float | None, now: float) -> str:
    if moment is None:
        return "-"
    seconds = max(0.0, now - moment)
    if seconds < 3600:
        return f"{seconds / 60:.0f} min ago"
    if seconds < 2 * _DAY_S:
        return f"{seconds / 3600:.0f} h ago"
    return f"{seconds / _DAY_S:.0f} days ago"
