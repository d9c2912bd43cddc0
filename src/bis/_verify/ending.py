"""How runs ended: whether a replay came to the same end as the original."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.figures import counted, probability
from bis._verify.volatile import without_volatile
from bis.model.facets import Failure, Outputs
from bis.model.verdict import Evidence, Item, ItemKind, Level, Outcome, ReplayKind
from bis.stats.categories import category_test

if TYPE_CHECKING:
    from collections.abc import Sequence

# These say that the place was at fault, not the program: they leave open what the program would have done.
_OF_THE_PLACE = frozenset({"env", "data", "timeout", "resource", "killed"})


@dataclass(frozen=True, slots=True)
class Ending:
    """How one run ended, reduced to what a repetition must share; `kind` is empty for a good end."""

    kind: str
    stage: str = ""
    cell: int | None = None
    exit_code: int | None = None

    @property
    def failed(self) -> bool:
        """Whether it was a bad end."""
        return bool(self.kind)

    @property
    def text(self) -> str:
        """In words."""
        if not self.failed:
            return "ended well" if not self.exit_code else f"ended with exit code {self.exit_code}"
        where = "" if self.cell is None else f" in cell {self.cell}"
        return f"{self.kind}{where}"


def ending_of_original(outputs: Outputs) -> Ending:
    """How the original ended."""
    return _ending(outputs.failure, outputs.exit_code)


def ending_of(outcome: Outcome) -> Ending:
    """How a replay ended."""
    outputs = outcome.outputs
    failure = outcome.failure or (outputs.failure if outputs else None)
    if failure is None and outputs is None:
        failure = Failure(stage="env", message="the program was not started")
    return _ending(failure, outputs.exit_code if outputs else None)


def same_end(original: Ending, replayed: Ending) -> bool:
    """Whether both ended alike: well, or with the same error at the same place."""
    if original.failed or replayed.failed:
        return (original.kind, original.cell) == (replayed.kind, replayed.cell)
    codes = (original.exit_code, replayed.exit_code)
    return None in codes or codes[0] == codes[1]


def judge_exact_ending(original: Outputs, outcomes: Sequence[Outcome]) -> Item:
    """The item on how exact replays ended.

    All failed otherwise than the original: not executable. Some did, for a reason of the place (time limit, memory,
    missing data): inconclusive, as nobody knows what they would have done. Some did by themselves: divergent.
    """
    first = ending_of_original(original)
    ends = [ending_of(o) for o in outcomes]
    other = [e for e in ends if not same_end(first, e)]
    evidence = Evidence(original=first.text, replayed=_most_common(ends), replays=len(ends))
    share = f"{len(ends) - len(other)}/{len(ends)}"
    if not other:
        words = f"fail as the original did: {first.text}" if first.failed else "end as the original did"
        return Item("end of the program", ItemKind.EXIT, Level.BITWISE, f"{share} {words}", evidence)
    reasons = _most_common(other)
    if all(e.failed for e in other) and len(other) == len(ends):
        level, words = Level.NOT_EXECUTABLE, f"failed {len(other)} of {len(ends)}: {reasons}"
    elif all(e.failed and e.stage in _OF_THE_PLACE for e in other):
        level = Level.INCONCLUSIVE
        words = f"failed {len(other)} of {len(ends)} ({reasons}): what these would have given is not known"
    else:
        level = Level.DIVERGENT
        words = f"{len(other)} of {len(ends)} ended otherwise: {reasons}; the original: {first.text}"
    return Item("end of the program", ItemKind.EXIT, level, words, evidence)


def judge_fresh_ending(original: Outputs, outcomes: Sequence[Outcome], *, alpha: float) -> Item:
    """The item on how fresh replays ended, and whether the end of the original is an ordinary one among theirs.

    Notes
    -----
    The p-value is the rank of the original's class, ``(number that ended alike + 1) / (n + 1)``: with exchangeable
    runs at most a share p of all (original, replays) has a class as rare as that.
    """
    first = ending_of_original(original)
    ends = [ending_of(o) for o in outcomes]
    alike = sum(same_end(first, e) for e in ends)
    total = len(ends)
    # Two classes: ended as the original did (a number), or otherwise (none).
    p_value = category_test(0.0, [0.0 if same_end(first, e) else None for e in ends], alpha=alpha).p_value
    evidence = Evidence(original=first.text, replayed=_most_common(ends), p_value=p_value, replays=total)
    if alike == total:
        words = f"{total}/{total} {'fail as the original did' if first.failed else 'end as the original did'}"
        level = Level.STATISTICAL if first.failed else Level.BITWISE
    elif not alike and all(e.failed for e in ends):
        level, words = Level.NOT_EXECUTABLE, f"failed {total} of {total}: {_most_common(ends)}"
    elif p_value <= alpha:
        level = Level.DIVERGENT
        words = f"{alike}/{total} end as the original did ({first.text}): p = {probability(p_value)}"
    elif not alike:
        level = Level.INCONCLUSIVE
        words = f"none of {total} ends as the original did ({first.text}); too few to exclude chance"
    else:
        level = Level.STATISTICAL
        words = (
            f"{total - alike} of {counted(total, 'replay')} end otherwise ({_most_common(ends, apart_from=first)}); "
            f"the end of the original is an ordinary one: p = {probability(p_value)}"
        )
    return Item("end of the program", ItemKind.EXIT, level, words, evidence)


def group_failures(original: Outputs, outcomes: Sequence[Outcome]) -> int:
    """How many replays ended otherwise than the original."""
    first = ending_of_original(original)
    return sum(not same_end(first, ending_of(o)) for o in outcomes)


def nothing_ran(original: Outputs, outcomes: Sequence[Outcome]) -> bool:
    """Whether every replay, of either kind, failed and none as the original did."""
    first = ending_of_original(original)
    ends = [ending_of(o) for o in outcomes]
    return bool(ends) and all(e.failed and not same_end(first, e) for e in ends)


def of_kind(outcomes: Sequence[Outcome], kind: ReplayKind) -> tuple[Outcome, ...]:
    """The replays of one kind, in the order in which they were made."""
    chosen = [o for o in outcomes if o.kind is kind]
    return tuple(sorted(chosen, key=lambda o: (o.index, o.root or "", o.run_id or "")))


def _ending(failure: Failure | None, exit_code: int | None) -> Ending:
    if failure is None:
        return Ending("", exit_code=exit_code)
    return Ending(_kind(failure), failure.stage, failure.cell, failure.exit_code or exit_code)


def _kind(failure: Failure) -> str:
    """The class of an exception where its message begins with one, else the stage and the message."""
    message, _ = without_volatile(failure.message.strip())
    head = message.split("\n", 1)[0]
    match = re.match(r"[A-Za-z_][\w.]*(?=:|$)", head)
    if failure.stage in {"exception", "import"} and match:
        return match[0]
    if failure.signal is not None:
        return f"{failure.stage}: signal {failure.signal}"
    return f"{failure.stage}: {head[:100]}" if head else failure.stage


def _most_common(ends: Sequence[Ending], *, apart_from: Ending | None = None) -> str:
    texts = [e.text for e in ends if apart_from is None or not same_end(apart_from, e)]
    if not texts:
        return ""
    counts = sorted(Counter(texts).items(), key=lambda kv: (-kv[1], kv[0]))
    if len(counts) == 1:
        return counts[0][0]
    return "; ".join(f"{text} ({count})" for text, count in counts[:3])
