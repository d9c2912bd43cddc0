"""What one replay says beside the record: which results have other bits, and their values."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bis._verify.ending import ending_of, ending_of_original, same_end
from bis._verify.sessions.session_judgement import judge_session
from bis.model.verdict import ItemKind, Level, ReplayKind, ToleranceOrigin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis._verify.sessions.original_session import OriginalSession
    from bis._verify.tolerances import Tolerances
    from bis.model.verdict import Item, Outcome

_METRICS = (ItemKind.METRIC, ItemKind.CURVE)
# What decides where several kinds of results differ: the first of these that does.
_STRENGTH = (
    frozenset(_METRICS),
    frozenset({ItemKind.MODEL}),
    frozenset(ItemKind) - frozenset({*_METRICS, ItemKind.MODEL, ItemKind.EXIT}),
)
EXIT = "exit"


@dataclass(frozen=True, slots=True)
class ReadItem:
    """One result: its kind, what it is called, whether it is as in the record, and its last value on both sides.

    Values are written as `repr` of a float does, empty where it is no number.
    """

    kind: ItemKind
    name: str
    same: bool
    original: str = ""
    replayed: str = ""


@dataclass(frozen=True, slots=True)
class TrialReading:
    """One replay. `failure` says how it ended, empty where it ended as the record did; `detail` is its message."""

    items: dict[str, ReadItem] = field(default_factory=dict)
    failure: str = ""
    detail: str = ""
    seconds: float = 0.0


def read_trial(
    session: OriginalSession, outcome: Outcome, tolerances: Tolerances, *, trace: Mapping[str, str]
) -> TrialReading:
    """Compare one replay with the record, by the rules for exact replays.

    A result is the same where its bits are, or where it is within a tolerance that the user declared.
    """
    ending = ending_of(outcome)
    failure = detail = ""
    if not same_end(ending_of_original(session.whole), ending):
        failure = f"{ending.stage} {ending.exception}".strip() or f"exit code {ending.exit_code}"
        detail = ending.message
    if not session.can_use(outcome):
        return TrialReading(failure=failure or "no runs", detail=detail, seconds=outcome.duration_s)
    verdict = judge_session(
        session, [replace(outcome, kind=ReplayKind.EXACT, index=0)], tolerances, original_trace=trace
    )
    items = [i for g in verdict.groups for i in g.items if i.counts and i.kind is not ItemKind.EXIT]
    return TrialReading({_key(i): _read(i) for i in items}, failure, detail, outcome.duration_s)


def watched_items(readings: Sequence[TrialReading], metric: str | None = None) -> tuple[str, ...]:
    """The results that differ in all of these replays, of the strongest kind of which there are any.

    Metrics before models, and those before what was printed and written. Where all end in the same other way than the
    record, that is what is watched.
    """
    if readings and all(r.failure and r.failure == readings[0].failure for r in readings):
        return (EXIT,)
    ended = [r for r in readings if not r.failure]
    differing = [k for k in (ended[0].items if ended else ()) if all(_differs(r, k) for r in ended)]
    return strongest(ended, differing, metric)


def strongest(readings: Sequence[TrialReading], keys: Sequence[str], metric: str | None = None) -> tuple[str, ...]:
    """Those of the results that are of the strongest kind."""
    kinds = {k: r.items[k].kind for r in readings for k in keys if k in r.items}
    if metric is not None:
        return tuple(k for k in keys if any(r.items[k].name == metric for r in readings if k in r.items))
    for strength in _STRENGTH:
        if found := tuple(k for k in keys if kinds[k] in strength):
            return found
    return ()


def names_of(readings: Sequence[TrialReading]) -> tuple[str, ...]:
    """What can be named."""
    return tuple(sorted({i.name for r in readings for i in r.items.values()}))


def value_of(reading: TrialReading, key: str, original: str) -> float | None:
    """The last value of a result; None where it has none that is finite. One that is printed alike is not listed."""
    item = reading.items.get(key)
    text = original if item is None else item.replayed
    with suppress(ValueError):
        value = float(text)
        return value if math.isfinite(value) else None
    return None


def differs(reading: TrialReading, keys: Sequence[str]) -> bool:
    """Whether any of these results differs from the record."""
    return any(_differs(reading, key) for key in keys)


def _differs(reading: TrialReading, key: str) -> bool:
    return key in reading.items and not reading.items[key].same


def _key(item: Item) -> str:
    place = (item.run, item.kind.value, item.name, item.cell, item.label, item.line, item.column)
    return "|".join("" if part is None else str(part) for part in place)


def _read(item: Item) -> ReadItem:
    evidence = item.evidence
    declared = evidence.tolerance is not None and evidence.tolerance.origin is ToleranceOrigin.DECLARED
    same = item.level is Level.BITWISE or (item.level is Level.NUMERICAL and declared)
    name = item.label or item.name
    single = len(evidence.original) == 1 and len(evidence.replayed) == 1
    return ReadItem(
        item.kind,
        name,
        same,
        evidence.original[0] if single else "",
        evidence.replayed[0] if single else "",
    )
