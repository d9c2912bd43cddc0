"""Replays that failed, as text: each failure once, with the replays that ended in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bis.report.text.terminal import bullet, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.facets import Failure
    from bis.model.verdict import Outcome

_FEW = 6
_TRACE_LINES = 8
# What differs from replay to replay in one and the same message: the workspace, and addresses in memory.
_OF_THE_PLACE = re.compile(r"[^\s'\"]*bis-replay-[^/\s'\"]+/\d+|/ipykernel_\d+|0x[0-9a-fA-F]+")


def failed_replays(outcomes: Sequence[Outcome]) -> list[Any]:
    """What to print of the replays that failed; nothing where none did."""
    failures: dict[tuple[object, ...], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.failure is not None:
            failures.setdefault(_kind(outcome.failure), []).append(outcome)
    if not failures:
        return []
    parts: list[Any] = ["", "failed replays:"]
    printed: set[str] = set()
    for alike in list(failures.values())[:_FEW]:
        failure = alike[0].failure
        assert failure is not None
        parts.append(bullet(f"{_which(alike, len(outcomes))}: {_said(failure)}"))
        way = _way(failure)
        if way not in printed:
            parts += quoted(failure.traceback, lines=_TRACE_LINES)
        printed.add(way)
    if len(failures) > _FEW:
        parts.append(bullet(f"and {len(failures) - _FEW} other failures"))
    return parts


def _kind(failure: Failure) -> tuple[object, ...]:
    message = _OF_THE_PLACE.sub("", _first_line(failure))
    return failure.stage, failure.exception, failure.signal, failure.exit_code, failure.cell, message


def _way(failure: Failure) -> str:
    """The traceback without the message, which may name a process or a file that is new in each replay."""
    return _OF_THE_PLACE.sub("", failure.traceback.replace(_first_line(failure), ""))


def _which(alike: Sequence[Outcome], total: int) -> str:
    if len(alike) == total and total > 1:
        return f"in all {total} replays"
    numbers: dict[str, list[str]] = {}
    for outcome in alike:
        numbers.setdefault(outcome.kind.value, []).append(str(outcome.index + 1))
    return ", ".join(f"{kind} replay{'s' if len(n) > 1 else ''} {_enumerated(n)}" for kind, n in numbers.items())


def _enumerated(numbers: Sequence[str]) -> str:
    if len(numbers) > 8:
        return f"{', '.join(numbers[:7])} and {len(numbers) - 7} more"
    return numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} and {numbers[-1]}"


def _said(failure: Failure) -> str:
    where = "" if failure.cell is None else f", cell {failure.cell}"
    return f"{failure.stage}{where}: {_first_line(failure)}"


def _first_line(failure: Failure) -> str:
    return failure.message.strip().partition("\n")[0]
