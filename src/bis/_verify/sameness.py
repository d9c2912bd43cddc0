"""Whether two replays of one variation have the same result: all that exact replays must not differ in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.judgement import judge
from bis._verify.program_entropy import drawn_by_the_program
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.sessions.session_judgement import judge_session
from bis._verify.tolerances import Tolerances
from bis.model.verdict import ItemKind, Level, ReplayKind

if TYPE_CHECKING:
    from bis.model.role import Role
    from bis.model.verdict import Outcome, Verdict

_SAME = frozenset({Level.BITWISE, Level.INCONCLUSIVE})  # the latter of what neither of them has reached


def same_result(first: Outcome, second: Outcome) -> bool:
    """Whether two replays drew the same, ended the same way and gave the same bits.

    What verdicts leave out (clock times, measures of the machine, numbers that MLflow makes up) is left out here. Where
    roles draw from generators of their own, a model may hold one of these, and its digest is no result: what it
    predicts, and what each role drew, is compared instead.
    """
    if first.predictions != second.predictions or _by_role(first) != _by_role(second):
        return False
    if _end(first) != _end(second) or _draws(first) != _draws(second):
        return False
    if first.outputs is None or second.outputs is None:
        return first.outputs is second.outputs
    if len(first.runs or ()) != len(second.runs or ()):
        return False
    verdict = _compared(replace(first, kind=ReplayKind.EXACT), replace(second, kind=ReplayKind.EXACT))
    items = [item for group in verdict.groups for item in group.items if item.counts]
    left_out = {ItemKind.EXIT, ItemKind.MODEL} if first.draws else {ItemKind.EXIT}
    return all(item.level in _SAME for item in items if item.kind not in left_out)


def _compared(first: Outcome, second: Outcome) -> Verdict:
    assert first.outputs is not None
    tolerances = Tolerances()
    if not first.runs:
        return judge(first.outputs, [second], tolerances)
    session = OriginalSession(first.runs, 0, first.outputs, total=len(first.runs))
    whole = session.with_counterpart(first, tolerances).outputs
    assert whole is not None
    return judge_session(replace(session, whole=whole), [second], tolerances)


def _end(outcome: Outcome) -> tuple[object, ...]:
    failure = outcome.failure
    return () if failure is None else (failure.stage, failure.exception, failure.exit_code, failure.signal)


def _by_role(outcome: Outcome) -> dict[Role, tuple[int, str]]:
    return {drawn.role: drawn.repeatable for drawn in outcome.draws if drawn.draws}


def _draws(outcome: Outcome) -> dict[str, str]:
    own = drawn_by_the_program(outcome.trace)
    return {stream: digest for stream, digest in outcome.trace.items() if stream in own}
