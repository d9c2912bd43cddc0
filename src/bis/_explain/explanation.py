"""An explanation from its pilot to its shares: which cause makes the results of a run differ?"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bis._explain.budget import Budget, affordable_blocks, expected_s, missing_replays
from bis._explain.causes import MOST_UNKNOWN, chosen_causes, crowded_groups, other_share
from bis._explain.design import BlockDesign
from bis._explain.draw_dependence import dependence_statements
from bis._explain.pilot import Pilot, alike, bits_differ, run_pilot, still_alike
from bis._explain.replayer import CountedReplayer
from bis._explain.screening import Screening, screened
from bis._explain.shares import LEAST_BLOCKS, half_width, target_shares
from bis._explain.targets import targets_of
from bis._explain.trial import PILOT
from bis._explain.trial_journal import TrialJournal
from bis._verify.tolerances import Tolerances
from bis.errors import ExecutionError
from bis.model.attribution import Attribution, BlockReplay, Cause, TargetKind, TargetShares
from bis.model.progress import SILENT, Note, Observer
from bis.model.statement import Statement, StatementCode, statement
from bis.model.variation import ROOT_BYTES
from bis.model.verdict import Deviation
from bis.stats.share_looks import look_confidence, planned_looks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._explain.targets import Target
    from bis._explain.trial import Trial
    from bis.model.role import RoleDraws

_CONFIDENCE = 0.95
_PERCENT = 100.0
_MOST_FAILED = 3  # blocks with a failed replay, while none is complete


@dataclass(frozen=True, slots=True)
class ExplainChoices:
    """What the user chose.

    Parameters
    ----------
    causes : tuple of str
        The roles to vary; empty: all that draw.
    metrics : tuple of str
        The metrics to explain; empty: all results.
    budget : Budget
        How many blocks, and how much may be spent.
    at_once : int
        Replays at a time.
    probe : str
        What models predict for: the digest of examples, or ``find``, see `bis.model.variation.Variation`.
    reserved : int
        Replays of the budget that are kept for something else.
    """

    causes: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
    at_once: int = 1
    probe: str = ""
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class ExplainedRun:
    """What an explanation must know of the run: its recorded root and hash seed, and what the user declared."""

    run_id: str
    root: str | None = None
    hash_seed: str | None = None
    tolerances: Tolerances = field(default_factory=Tolerances)
    primary: str | None = None


@dataclass(slots=True)
class Explanation:
    """One explanation at work.

    Parameters
    ----------
    run : ExplainedRun
        What is explained.
    choices : ExplainChoices
        How.
    replayer : CountedReplayer
        Makes the replays.
    journal : TrialJournal
        Keeps them.
    observer : Observer
        Is told how long it will take, and what is continued.
    source : callable
        Gives so many random bytes, for roots.
    clock : callable
        The time in seconds, from any moment on.
    """

    run: ExplainedRun
    choices: ExplainChoices
    replayer: CountedReplayer
    journal: TrialJournal
    observer: Observer = SILENT
    source: Callable[[int], bytes] = secrets.token_bytes
    clock: Callable[[], float] = time.monotonic
    design: BlockDesign = field(init=False)
    pilot: Pilot = field(init=False)
    causes: tuple[Cause, ...] = field(init=False, default=())
    blocks: int = field(init=False, default=0)
    _continued: int = field(init=False, default=0)
    _statements: list[Statement] = field(init=False, default_factory=list)

    def attribution(self) -> Attribution:
        """Make the replays that are missing, and divide the variance of each target.

        Raises
        ------
        UsageError
            A cause or metric is not there, or the budget is too small.
        ExecutionError
            The program does not end well even where nothing is varied, or the executor has lost a replay.
        """
        began = self.clock()
        self._begin()
        draws = self.pilot.trial.draws
        targets = self._targets([self.pilot.trial])
        chosen = chosen_causes(
            draws, self.choices.causes, replay_s=self.pilot.replay_s, screening=self._screening(targets)
        )
        self.causes = chosen.causes
        self._statements += [*self.pilot.statements, *chosen.statements, *_about_draws(draws)]
        shares: tuple[TargetShares, ...] = ()
        confidence = _CONFIDENCE
        if not chosen.causes:
            first = statement(StatementCode.NOTHING_DRAWN)
        elif not targets:
            first = statement(StatementCode.NO_TARGETS)
        else:
            shares, confidence = self._shares(began)
            first = self._headline(shares)
            self._statements += dependence_statements(self.design, self._trials()) if self.pilot.same_bits else ()
        return Attribution(
            run_id=self.run.run_id,
            targets=shares,
            causes=self.causes,
            dropped=chosen.dropped,
            fixed=(f"hash seed {self.design.hash_seed}", "threads", "packages", "machine", "data", "arguments"),
            other_share=other_share(draws),
            replays=self.replayer.made + self._continued,
            failed=sum(t.failure is not None for t in self._of_design()),
            warm=any(trial.warm for trial in self.journal.trials.values()),
            reseeded=any(d.seeded for d in draws),
            duration_s=self.clock() - began,
            deviations=_deviations(draws),
            statements=(first, *self._statements),
            confidence=confidence,
            continued=self._continued,
            root=self.design.root,
            hash_seed=self.design.hash_seed,
            seeds=self.design.blocks[: self.blocks],
            table=self._table(),
        )

    def _screening(self, targets: Sequence[Target]) -> Screening:
        """What each role does alone, where there are more than a design takes."""
        groups = crowded_groups(self.pilot.trial.draws, self.choices.causes, replay_s=self.pilot.replay_s)
        if not groups or not targets:
            return Screening()
        self.observer.noted(Note("explanation-screens", {"roles": len(groups)}))
        return screened(groups, targets, self.pilot, self.replayer, self.journal)

    def _begin(self) -> None:
        """The design and pilot of before, or new ones where there are none, or where they do not hold any more."""
        known = self.journal.design
        if known is None:
            self._anew()
        else:
            self.design = known
        self._continued = len(self._of_design())
        self._run_pilot()
        made = any(trial.block >= 0 for trial in self._of_design())
        wanted = self.design.extended(self.choices.budget.blocks, source=self.source)
        if not made or not missing_replays(wanted, self.journal.trials, self.choices.budget.blocks):
            return
        if still_alike(self.pilot, self.replayer):
            self.observer.noted(Note("explanation-continues", {"replays": self._continued}))
            self._statements.append(statement(StatementCode.REPLAYS_CONTINUED, replays=self._continued))
            return
        self.observer.noted(Note("explanation-begins-anew", {"replays": self._continued}))
        self._anew()
        self._continued = 0
        self._run_pilot()

    def _run_pilot(self) -> None:
        self.pilot = run_pilot(self.design, self.replayer, self.journal, check=self._check)
        if self.pilot.design != self.design:  # with the probe that was found
            self.design = self.pilot.design
            self.journal.keep_design(self.design)

    def _check(self, trial: Trial) -> None:
        """Refuse causes for which nothing is drawn, and metrics that are not logged, after the first replay."""
        chosen_causes(trial.draws, self.choices.causes)
        self._targets([trial])

    def _anew(self) -> None:
        self.design = BlockDesign(root=self.run.root or self.source(ROOT_BYTES).hex(), probe=self.choices.probe)
        if self.run.hash_seed is not None:
            self.design = replace(self.design, hash_seed=self.run.hash_seed)
        self.journal.begin(self.design)

    def _targets(self, trials: Sequence[Trial]) -> tuple[Target, ...]:
        return targets_of(trials, self.choices.metrics, tolerances=self.run.tolerances, primary=self.run.primary)

    def _shares(self, began: float) -> tuple[tuple[TargetShares, ...], float]:
        """The shares of all targets, after as many blocks as are needed; and the confidence of their intervals."""
        budget = self.choices.budget
        made_for = self.design.of_causes(self.causes, repeated=None if self.pilot.same_bits else budget.blocks)
        if self.design.causes and self.design.causes != made_for.causes:  # a pilot was made again and draws otherwise
            self._anew()
            made_for = self.design.of_causes(self.causes, repeated=made_for.repeated)
        self.design = made_for.extended(budget.blocks, source=self.source)
        self.blocks = affordable_blocks(
            self.design,
            budget,
            self.journal.trials,
            spent=self.replayer.made,
            spent_s=self.clock() - began,
            replay_s=self.pilot.replay_s,
            at_once=self.choices.at_once,
            reserved=self.choices.reserved,
        )
        self.journal.keep_design(self.design)
        if self.blocks < budget.blocks:
            self._statements.append(statement(StatementCode.BUDGET_ALLOWS, blocks=self.blocks, wanted=budget.blocks))
        self._tell()
        looks = planned_looks(self.blocks) if budget.points is not None else (self.blocks,)
        confidence = look_confidence(looks, confidence=_CONFIDENCE)
        found: tuple[TargetShares, ...] = ()
        for look in looks:
            on_time = self._replay_blocks(look, began)
            trials = self._trials()
            found = tuple(
                target_shares(target, self.design, trials, blocks=look, confidence=confidence)
                for target in self._targets([self.pilot.trial, *(t for t in trials if t.failure is None)])
            )
            if look == looks[-1] or self._is_precise(found) or not on_time:
                self.blocks = look
                break
        if not self._is_hopeless():
            self._about_time()
        self._about_precision(found)
        self._about_failures()
        return found, confidence

    def _tell(self) -> None:
        """Say how long it will take, before it begins."""
        replays = missing_replays(self.design, self.journal.trials, self.blocks)
        if replays:
            seconds = expected_s(replays, replay_s=self.pilot.replay_s, at_once=self.choices.at_once)
            note = {"replays": replays, "blocks": self.blocks, "seconds": seconds, "replay_s": self.pilot.replay_s}
            causes = ", ".join(cause.name for cause in self.causes)
            self.observer.noted(Note("explanation-begins", {**note, "causes": causes}))
        others = self.choices.reserved
        if others:
            seconds = expected_s(others, replay_s=self.pilot.replay_s, at_once=self.choices.at_once)
            self.observer.noted(Note("explanation-has-others", {"replays": others, "seconds": seconds}))

    def _replay_blocks(self, blocks: int, began: float) -> bool:
        """Make what is missing of the first blocks; false where the time is up before that."""
        minutes = self.choices.budget.minutes
        asked = [
            (place, self.design.variation(place[0], place[1]))
            for block in range(blocks)
            for place in self.design.places(block)
            if place not in self.journal.trials
        ]

        def go_on() -> bool:
            return not self._is_hopeless() and (minutes is None or self.clock() - began < minutes * 60.0)

        # A fork whose roles have other roots than its parent's was never compared with a cold replay: repeats do that.
        # Those of the first block come before all other blocks, so that no share is without it when the time is up.
        first = [one for one in asked if one[0][0] == 0]
        for part in (first, asked[len(first) :]):
            for repeated in (False, True):
                now = [one for one in part if (one[0][2] > 0) is repeated]
                if now:
                    self.replayer(now, keep=self.journal.add, go_on=go_on, cold=repeated)
            self._compare_repeats()
        return all(place in self.journal.trials for place, _ in asked)

    def _compare_repeats(self) -> None:
        """Compare replays that were made twice: do forks go wrong, or is there noise that the pilot did not show?

        Raises
        ------
        ExecutionError
            Warm replays are not the same as cold ones with the same seeds, which are the same among themselves: no
            share is computed from them.
        """
        made = self.journal.trials
        for (block, corner, repeat), again in list(made.items()):
            first = made.get((block, corner, 0))
            if block < 0 or not repeat or first is None or not self.pilot.same_bits or alike(first, again):
                continue
            if first.warm and self._forks_differ(first, again):
                raise ExecutionError(
                    "replays that were forked from a process which had imported differ from those that were started "
                    "anew: no shares are computed from them",
                    hint="Explain with --cold.",
                )
            if first.failure is None and again.failure is None:
                self.pilot = replace(self.pilot, same_bits=False)
                self._statements.append(bits_differ(first, again))

    def _forks_differ(self, warm: Trial, cold: Trial) -> bool:
        """Whether two differ because one is a fork: both are made again, as noise seldom does the same twice."""
        asked = [(warm.place, self.design.variation(warm.block, warm.corner))]
        found: list[Trial] = []
        self.replayer(asked, keep=found.append, go_on=lambda: True)
        self.replayer(asked, keep=found.append, go_on=lambda: True, cold=True)
        warm_again, cold_again = found
        return alike(cold, cold_again) and not alike(cold, warm_again)

    def _trials(self) -> tuple[Trial, ...]:
        return tuple(self.journal.trials.values())

    def _of_design(self) -> tuple[Trial, ...]:
        """The replays of the pilot and the blocks; what was made with the largest cause fixed is counted there."""
        return tuple(trial for trial in self._trials() if trial.block >= PILOT)

    def _is_precise(self, found: Sequence[TargetShares]) -> bool:
        points = self.choices.budget.points
        width = _width(found)
        return points is not None and width is not None and _PERCENT * width <= points

    def _about_precision(self, found: Sequence[TargetShares]) -> None:
        points = self.choices.budget.points
        first = _first(found)
        if points is None or first is None:
            return
        width = half_width(first)
        points_reached = None if width is None else _PERCENT * width
        reached = points_reached is not None and points_reached <= points
        code = StatementCode.PRECISION_REACHED if reached else StatementCode.PRECISION_NOT_REACHED
        said = statement(code, points=points, half_width=points_reached, blocks=self.blocks, target=first.name)
        self._statements.append(said)

    def _about_time(self) -> None:
        """Say how many blocks were complete when the minutes were over, where that was before the end."""
        made = self.journal.trials
        if missing_replays(self.design, made, self.blocks):
            runs = range(self.design.runs)
            complete = sum(all((block, corner, 0) in made for corner in runs) for block in range(self.blocks))
            self._statements.append(statement(StatementCode.TIME_IS_UP, blocks=complete, wanted=self.blocks))

    def _is_hopeless(self) -> bool:
        """Whether replays failed in so many blocks that there will be no shares, or only those of a selection."""
        made = [t for t in self._trials() if 0 <= t.block < self.blocks and not t.repeat]
        failed = {t.block for t in made if t.failure is not None}
        complete = any(
            sum(t.block == block for t in made) == self.design.runs for block in {t.block for t in made} - failed
        )
        return self.blocks - len(failed) < LEAST_BLOCKS or (len(failed) >= _MOST_FAILED and not complete)

    def _about_failures(self) -> None:
        made = [t for t in self._trials() if 0 <= t.block < self.blocks]
        failed = [t for t in made if t.failure is not None]
        blocks = {t.block for t in failed}
        if failed and self._is_hopeless():
            failure = failed[0].failure
            assert failure is not None
            self._statements.append(
                statement(
                    StatementCode.TOO_MANY_FAILED,
                    failed=len(failed),
                    made=len(made),
                    blocks=len(blocks),
                    message=f"{failure.stage}: {_first_line(failure.message)}",
                )
            )
        elif failed:
            failure = failed[0].failure
            assert failure is not None
            said = statement(
                StatementCode.BLOCKS_LEFT_OUT,
                blocks=len(blocks),
                total=self.blocks,
                failed=len(failed),
                message=f"{failure.stage}: {_first_line(failure.message)}",
            )
            self._statements.append(said)

    def _headline(self, found: Sequence[TargetShares]) -> Statement:
        """The largest share of the first target that has shares; else why there is none."""
        first = _first(found)
        if first is not None:
            largest = max(first.shares, key=lambda s: s.shapley.value)
            return statement(
                StatementCode.EXPLAINED,
                cause=largest.cause,
                share=largest.shapley.value,
                target=first.name,
                predictions=first.kind is TargetKind.PREDICTIONS,
                low=largest.shapley.low,
                high=largest.shapley.high,
                indicative=first.indicative,
            )
        constant = [t for t in found if t.problem is not None and t.problem.code is StatementCode.TARGET_CONSTANT]
        if found and len(constant) == len(found):
            made = sum(t.block >= 0 for t in self._trials())
            return statement(
                StatementCode.NOTHING_VARIES, causes=tuple(cause.name for cause in self.causes), replays=made
            )
        return statement(StatementCode.NO_SHARES)

    def _table(self) -> tuple[BlockReplay, ...]:
        made = sorted((t for t in self._trials() if 0 <= t.block < self.blocks), key=lambda t: t.place)
        return tuple(
            BlockReplay(
                block=t.block,
                corner=self.design.corner_name(t.corner),
                repeat=t.repeat,
                values=t.metrics,
                failure="" if t.failure is None else _first_line(t.failure.message),
                duration_s=t.duration_s,
            )
            for t in made
        )


def _first_line(message: str) -> str:
    """The first line of the reason of a failure."""
    return message.strip().partition("\n")[0]


def _first(found: Sequence[TargetShares]) -> TargetShares | None:
    return next((t for t in found if t.problem is None), None)


def _width(found: Sequence[TargetShares]) -> float | None:
    first = _first(found)
    return None if first is None else half_width(first)


def _about_draws(draws: Sequence[RoleDraws]) -> list[Statement]:
    said = []
    seeded = tuple(d.role.value for d in draws if d.seeded)
    if seeded:
        said.append(statement(StatementCode.SEEDS_DRAWN, roles=seeded))
    unknown = other_share(draws)
    if unknown is not None and unknown > MOST_UNKNOWN:
        said.append(statement(StatementCode.UNKNOWN_PLACES, share=unknown))
    return said


def _deviations(draws: Sequence[RoleDraws]) -> tuple[Deviation, ...]:
    """What every replay of an explanation has different from the recorded run, besides the roots."""
    changes = [Deviation("generators", "shared by all draws", "one for each role", "so that one role can vary alone")]
    changes += [
        Deviation(f"seeds for {d.role.value}", "set by the program", "drawn anew", "so that this role can vary")
        for d in draws
        if d.seeded
    ]
    return tuple(changes)
