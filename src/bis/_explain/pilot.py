"""The pilot: the same replay twice, before anything is varied. Are its bits the same?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._explain.design import BlockDesign
from bis._explain.trial import PILOT, Trial
from bis.errors import ExecutionError
from bis.model.statement import Statement, StatementCode, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bis._explain.replayer import Place, Replayer
    from bis._explain.trial_journal import TrialJournal

FIND = "find"  # as `bis.model.variation.Variation.probe` has it
_FINDER = (PILOT, 0, 0)
_PAIR = ((PILOT, 0, 1), (PILOT, 0, 2))
_CHECK = ((PILOT, 0, 3), (PILOT, 0, 4))


@dataclass(frozen=True, slots=True)
class Pilot:
    """What the pilot showed.

    `design` has the probe that was found, where one was looked for. `trial` is a replay without any variation.
    `same_bits` says that replays with the same roots have the same results; `replay_s` is how long one takes, in
    seconds.
    """

    design: BlockDesign
    trial: Trial
    same_bits: bool
    replay_s: float
    statements: tuple[Statement, ...] = ()


def run_pilot(
    design: BlockDesign, replayer: Replayer, journal: TrialJournal, *, check: Callable[[Trial], None]
) -> Pilot:
    """Find a probe where one is looked for, then replay the same twice: the second time warm, where that is possible.

    Replays that the journal has are not made again. `check` looks at the first one, and raises where it says that what
    is asked for cannot be.

    Raises
    ------
    ExecutionError
        The program does not end well in a replay without any variation.
    """
    if design.probe == FIND:
        finder = journal.trials.get(_FINDER)
        if finder is None or finder.failure is not None:
            replayer([(_FINDER, design.base())], keep=journal.add, go_on=_always)
            finder = journal.trials[_FINDER]
        _refuse_failed(finder)
        check(finder)
        design = replace(design, probe=finder.probe)
    if any(place not in journal.trials or journal.trials[place].failure is not None for place in _PAIR):
        _replay_each(replayer, _PAIR, design, journal.add)
    first, second = (journal.trials[place] for place in _PAIR)
    _refuse_failed(first)
    check(first)
    same = alike(first, second)
    said = _about_examples(journal.trials.get(_FINDER), first)
    if not same:
        said = (bits_differ(first, second), *said)
    # The second may have waited for a warm parent, which imports once for all that follow.
    lasted = min(first.duration_s, second.duration_s)
    return Pilot(design, first, same_bits=same, replay_s=lasted, statements=said)


def still_alike(pilot: Pilot, replayer: Replayer) -> bool:
    """Whether replays give today what they gave when the explanation was begun; true where they never gave the same.

    Two are made, as in the pilot, so that further ones may be warm.
    """
    found: list[Trial] = []
    _replay_each(replayer, _CHECK, pilot.design, found.append)
    return not pilot.same_bits or all(alike(pilot.trial, trial) for trial in found)


def alike(one: Trial, other: Trial) -> bool:
    """Whether two replays have the same results and drew the same numbers."""
    ended = one.failure is None and other.failure is None
    return ended and one.bits == other.bits and _drawn(one) == _drawn(other)


def bits_differ(one: Trial, other: Trial) -> Statement:
    """What is said of two replays with the same roots that are not alike."""
    return statement(StatementCode.BITS_DIFFER, draws=_drawn(one) != _drawn(other))


def _replay_each(
    replayer: Replayer, places: Sequence[Place], design: BlockDesign, keep: Callable[[Trial], None]
) -> None:
    """One after the other, however many run at a time: what the first one gave shows whether the second may be warm."""
    for place in places:
        replayer([(place, design.base())], keep=keep, go_on=_always)


def _refuse_failed(trial: Trial) -> None:
    failure = trial.failure
    if failure is not None:
        raise ExecutionError(
            f"the replay in which nothing is varied failed ({failure.stage}): "
            f"{failure.message.strip().partition(chr(10))[0]}",
            hint="`bis replay RUN_ID` says more; what cannot be replayed cannot be explained.",
        )


def _about_examples(*trials: Trial | None) -> tuple[Statement, ...]:
    lost = dict.fromkeys(one for trial in trials if trial is not None for one in trial.unkept)
    return tuple(statement(StatementCode.EXAMPLES_LOST, model=one.model, reason=one.reason) for one in lost)


def _drawn(trial: Trial) -> dict[str, tuple[int, str]]:
    return {d.role.value: d.repeatable for d in trial.draws if d.draws}


def _always() -> bool:
    return True
