"""How runs ended: whether a replay came to the same end as the original."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._verify.volatile import without_volatile
from bis.model.facets import Failure, OutputPart, Outputs
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Evidence, Item, ItemKind, Level, Outcome, ReplayKind
from bis.stats.categories import category_test

if TYPE_CHECKING:
    from collections.abc import Sequence

# The name of the item on how the program ended.
EXIT = "exit"

# These say that the place was at fault, not the program: they leave open what the program would have done.
_OF_THE_PLACE = frozenset({"env", "data", "timeout", "resource", "killed"})


_SYSTEM_EXIT = "SystemExit"  # raised to end the program with a status

# More classes of ends than this are not listed.
_MOST_ENDS = 3
_LONGEST_MESSAGE = 100


@dataclass(frozen=True, slots=True)
class Ending:
    """How one run ended. `message` is shown, but no part of what a repetition must share.

    `known` is false where nobody saw it.
    """

    failed: bool = False
    stage: str = ""
    exception: str = ""
    signal: int | None = None
    cell: int | None = None
    exit_code: int | None = None
    message: str = ""
    known: bool = True

    @property
    def kind(self) -> tuple[object, ...]:
        """What a bad end must share to be the same: the class of the exception, else the stage, signal and status."""
        if self.exception == _SYSTEM_EXIT:
            return (self.exception, self.cell, self.exit_code)
        if self.exception:
            return (self.exception, self.cell)
        by_itself = self.stage in {"exception", "import", "killed"} and self.signal is None
        status = self.exit_code if by_itself else None
        return (self.stage, self.signal, status, self.cell)

    @property
    def ended_badly(self) -> bool:
        """Whether it failed, or said so by its exit status."""
        return self.failed or bool(self.exit_code)

    @property
    def said(self) -> Statement:
        """As a part of a statement."""
        if not self.failed:
            if not self.exit_code:
                return statement(StatementCode.ENDED_WELL)
            return statement(StatementCode.ENDED_WITH_CODE, exit_code=self.exit_code)
        if self.exception == _SYSTEM_EXIT and self.exit_code is not None:
            return statement(StatementCode.ENDED_WITH_CODE, exit_code=self.exit_code)
        if self.exception:
            return statement(StatementCode.RAISED, exception=self.exception, cell=self.cell)
        if self.signal is not None:
            return statement(StatementCode.ENDED_BY_SIGNAL, stage=self.stage, signal=self.signal, cell=self.cell)
        return statement(StatementCode.FAILED, stage=self.stage, message=self.message or None, cell=self.cell)


def ending_of_original(outputs: Outputs) -> Ending:
    """How the original ended."""
    ending = _ending(outputs.failure, outputs.exit_code)
    return replace(ending, known=ending.ended_badly or OutputPart.END not in outputs.incomplete)


def ending_of(outcome: Outcome) -> Ending:
    """How a replay ended."""
    outputs = outcome.outputs
    failure = outcome.failure or (outputs.failure if outputs else None)
    if failure is None and outputs is None:
        failure = Failure(stage="env", message="")  # the program was not started
    return _ending(failure, outputs.exit_code if outputs else None)


def same_end(original: Ending, replayed: Ending) -> bool:
    """Whether both ended alike: well, or with the same error at the same place."""
    if {original.exception, replayed.exception} == {_SYSTEM_EXIT} and None in {original.exit_code, replayed.exit_code}:
        return original.cell == replayed.cell  # the status was not recorded by earlier versions
    if original.failed or replayed.failed:
        return original.failed and replayed.failed and original.kind == replayed.kind
    codes = (original.exit_code, replayed.exit_code)
    return None in codes or codes[0] == codes[1]


def judge_exact_ending(original: Outputs, outcomes: Sequence[Outcome]) -> Item:
    """The item on how exact replays ended.

    The original failed, and all failed in the same way: not executable, since there is no result to get again. All
    failed otherwise than the original: not executable. Some did, for a reason of the place (time limit, memory,
    missing data): inconclusive, as it is not known what they would have done. Some did by themselves: divergent.
    """
    first = ending_of_original(original)
    ends = [ending_of(o) for o in outcomes]
    total = len(ends)
    other = [e for e in ends if not same_end(first, e)]
    evidence = Evidence(replays=total)
    if not other:
        if first.ended_badly:
            said = statement(StatementCode.FAILS_ALIKE, first.said, same=total, total=total)
            return Item(EXIT, ItemKind.EXIT, Level.NOT_EXECUTABLE, (said,), evidence)
        if not first.known:
            return _unknown_end(ends)
        said = statement(StatementCode.ENDS_ALIKE, same=total, total=total)
        return Item(EXIT, ItemKind.EXIT, Level.BITWISE, (said,), evidence)
    reasons = common_ends(other)
    if all(e.failed for e in other) and len(other) == total:
        level = Level.NOT_EXECUTABLE
        said = statement(StatementCode.ALL_FAILED, *reasons, failed=total, total=total)
    elif all(e.failed and e.stage in _OF_THE_PLACE for e in other):
        level = Level.INCONCLUSIVE
        said = statement(StatementCode.SOME_FAILED_OUTSIDE, *reasons, failed=len(other), total=total)
    else:
        level = Level.DIVERGENT
        said = statement(StatementCode.SOME_END_OTHERWISE, first.said, *reasons, other=len(other), total=total)
    return Item(EXIT, ItemKind.EXIT, level, (said,), evidence)


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
    if alike == total and first.ended_badly:
        level = Level.NOT_EXECUTABLE
        said = statement(StatementCode.FAILS_ALIKE, first.said, same=total, total=total)
    elif alike == total and not first.known:
        return _unknown_end(ends)
    elif alike == total:
        level, said = Level.BITWISE, statement(StatementCode.ENDS_ALIKE, same=total, total=total)
    elif not alike and all(e.failed for e in ends):
        level = Level.NOT_EXECUTABLE
        said = statement(StatementCode.ALL_FAILED, *common_ends(ends), failed=total, total=total)
    elif p_value <= alpha:
        level = Level.DIVERGENT
        said = statement(StatementCode.END_IS_RARE, first.said, same=alike, total=total, p_value=p_value)
    elif not alike:
        level, said = Level.INCONCLUSIVE, statement(StatementCode.END_IS_UNSEEN, first.said, total=total)
    else:
        level = Level.STATISTICAL
        others = common_ends([e for e in ends if not same_end(first, e)])
        said = statement(StatementCode.END_IS_ORDINARY, *others, other=total - alike, total=total, p_value=p_value)
    return Item(EXIT, ItemKind.EXIT, level, (said,), Evidence(p_value=p_value, replays=total))


def _unknown_end(ends: Sequence[Ending]) -> Item:
    """The item where nobody saw how the original ended, and it may have ended like the replays."""
    said = statement(StatementCode.END_NOT_KNOWN, *common_ends(ends), total=len(ends))
    return Item(EXIT, ItemKind.EXIT, Level.INCONCLUSIVE, (said,), Evidence(replays=len(ends)), counts=False)


def common_ends(ends: Sequence[Ending]) -> tuple[Statement, ...]:
    """The classes of ends, the most common first, each with the number of runs that ended so; three at most."""
    first_of = {e.kind if e.failed else (e.exit_code,): e for e in reversed(ends)}
    counts = Counter(e.kind if e.failed else (e.exit_code,) for e in ends)
    ranked = sorted(counts.items(), key=lambda kv: (-kv[1], repr(kv[0])))[:_MOST_ENDS]
    said = (first_of[kind].said for kind, _ in ranked)
    return tuple(
        replace(one, figures={**one.figures, "count": count}) for one, (_, count) in zip(said, ranked, strict=True)
    )


def group_failures(original: Outputs, outcomes: Sequence[Outcome]) -> int:
    """How many replays ended differently from the original."""
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
        return Ending(exit_code=exit_code)
    message, _ = without_volatile(failure.message.strip())
    return Ending(
        failed=True,
        stage=failure.stage,
        exception=failure.exception,
        signal=failure.signal,
        cell=failure.cell,
        exit_code=failure.exit_code if failure.exception == _SYSTEM_EXIT else failure.exit_code or exit_code,
        message=message.split("\n", 1)[0][:_LONGEST_MESSAGE],
    )
