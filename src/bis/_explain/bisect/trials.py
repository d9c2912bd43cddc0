"""Making the replays of trials: from the journal where they were made before, within a budget."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bis._explain.bisect.package_metadata import package_folders, requirements_in
from bis._explain.bisect.trial_reading import TrialReading, read_trial
from bis._replay.campaign import campaign
from bis._replay.inputs import base_environment, varied_environment
from bis._verify.case import PRINTED, printed_curves
from bis._verify.scoped_names import plain
from bis._version import __version__
from bis.errors import EnvironmentBuildError, WrongPython
from bis.model.bisection import ChangeKind
from bis.model.jsonable import to_json
from bis.model.lock import lock_text, normalised

if TYPE_CHECKING:
    from collections.abc import Collection
    from concurrent.futures import Executor
    from pathlib import Path

    from bis._explain.bisect.mixtures import Mixtures
    from bis._explain.bisect.reading_journal import ReadingJournal
    from bis._replay.prepare import Prepared
    from bis._verify.sessions.original_session import OriginalSession
    from bis._verify.tolerances import Tolerances
    from bis.model.variation import Variation
    from bis.model.verdict import Outcome
    from bis.workspace import Workspace


class BudgetEnded(Exception):
    """Raised where another replay would exceed what the user allows; never reaches a user."""


class Unbuildable(Exception):
    """Raised where the environment of a trial cannot be built; never reaches a user.

    `culprit` is the key of the change whose package cannot be installed, empty where that is not known.
    """

    def __init__(self, message: str, culprit: str) -> None:
        super().__init__(message)
        self.message = message
        self.culprit = culprit


@dataclass(frozen=True, slots=True)
class TrialBudget:
    """At most so many replays, and so many seconds, in one call; None for no limit."""

    replays: int | None = None
    seconds: float | None = None


@dataclass(slots=True)
class Spent:
    """What was spent: replays that were made, and taken from before; environments by name, and those built."""

    replays: int = 0
    kept: int = 0
    environments: dict[str, bool] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)


class Trials:
    """Replays with some of the changes.

    Parameters
    ----------
    prepared : Prepared
        The run, with a plan that leaves varied variables to the trials.
    mixtures : Mixtures
        Makes the variations.
    session, tolerances
        What replays are judged against.
    journal : ReadingJournal
        Keeps them.
    executor : concurrent.futures.Executor
        Runs them, `at_once` at a time.
    workspace : Workspace
        Where environments are kept.
    budget : TrialBudget
        What may be spent.
    """

    def __init__(  # noqa: PLR0913 - what a campaign and a verdict need, each named
        self,
        prepared: Prepared,
        mixtures: Mixtures,
        *,
        session: OriginalSession,
        tolerances: Tolerances,
        journal: ReadingJournal,
        executor: Executor,
        workspace: Workspace,
        budget: TrialBudget = TrialBudget(),
        at_once: int = 1,
    ) -> None:
        self._prepared = prepared
        self._mixtures = mixtures
        self._session = session
        self._tolerances = tolerances
        self._journal = journal
        self._executor = executor
        self._workspace = workspace
        self._budget = budget
        self._at_once = at_once
        self._used: dict[str, int] = {}
        self.spent = Spent()

    def readings(
        self, changed: Collection[str], count: int, *, built: bool = False
    ) -> tuple[tuple[TrialReading, ...], str]:
        """At least so many replays of a trial, and the name of its environment.

        Raises
        ------
        BudgetEnded
            They would be too many, or take too long.
        Unbuildable
            Its environment cannot be built.
        """
        variation = self._mixtures.variation(changed, built=built)
        key = self._key(variation)
        known = self._journal.readings(key)
        self._count_kept(key, min(len(known), count))
        name = self._name(variation)
        self.spent.environments.setdefault(name, False)
        if len(known) >= count:
            return known, name
        left = count - len(known)
        while left:
            # With a limit of time, each replay is looked at before the next one.
            several = left if self._budget.seconds is None else min(left, self._at_once)
            allowed = self._allowed(several)
            self._ensure(variation, name)
            self._replay(variation, key, allowed)
            left -= allowed
        return self._journal.readings(key), name

    def _replay(self, variation: Variation, key: str, times: int) -> None:
        def keep(outcome: Outcome) -> Outcome:
            trace = self._prepared.run.record.randomness.trace
            reading = read_trial(self._session, outcome, self._tolerances, trace=trace)
            self._journal.add(key, reading)
            self.spent.replays += 1
            self._used[key] = self._used.get(key, 0) + 1
            return outcome

        campaign(
            self._prepared,
            [variation] * times,
            executor=self._executor,
            sink=keep,
            observer=self._workspace.observer,
            at_once=self._at_once,
        )

    def _count_kept(self, key: str, count: int) -> None:
        more = count - self._used.get(key, 0)
        if more > 0:
            self._used[key] = count
            self.spent.kept += more

    def _allowed(self, wanted: int) -> int:
        """How many of so many replays the budget allows; at least one."""
        budget, spent = self._budget, self.spent
        if budget.seconds is not None and time.monotonic() - spent.started >= budget.seconds:
            raise BudgetEnded
        if budget.replays is None:
            return wanted
        if spent.replays >= budget.replays:
            raise BudgetEnded
        return min(wanted, budget.replays - spent.replays)

    def recorded_names(self) -> tuple[str, ...]:
        """What the results in the record are called."""
        outputs = self._session.original_outputs(())
        printed = tuple(c.name.removeprefix(PRINTED) for c in printed_curves(outputs))
        return (*(plain(c.name) for c in outputs.metrics), *printed)

    def keep_as_today(self, keys: Collection[str]) -> None:
        """Have these changes in every trial from now on."""
        self._mixtures = replace(self._mixtures, always=frozenset(keys))

    def requirements(self, names: Collection[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """What packages require in their recorded versions, and in today's; the recorded environment is built.

        Raises
        ------
        Unbuildable
            It cannot be built.
        """
        variation = self._mixtures.variation(())
        name = self._name(variation)
        self.spent.environments.setdefault(name, False)
        built = self._ensure(variation, name)
        before = requirements_in(package_folders(built), names) if built is not None else {}
        return before, requirements_in(self._mixtures.today.metadata, names)

    def _ensure(self, variation: Variation, name: str) -> Path | None:
        environment = variation.environment
        if environment is None:
            return None
        home = self._workspace.home
        base = base_environment(self._prepared.inputs, home)
        try:
            built = varied_environment(environment, base, home=home, observer=self._workspace.observer)
        except WrongPython as error:
            raise Unbuildable(error.message, f"{ChangeKind.PYTHON.value}:python") from error
        except EnvironmentBuildError as error:
            package = error.context.get("package")
            key = f"{ChangeKind.PACKAGE.value}:{normalised(str(package))}" if package else ""
            raise Unbuildable(error.message, key) from error
        self.spent.environments[name] = self.spent.environments[name] or built.created
        return built.python_executable

    def _name(self, variation: Variation) -> str:
        """What an environment is called: replays with it may have been made before, and it may have gone since."""
        if variation.environment is None:
            return ""
        return hashlib.sha256(lock_text(variation.environment).encode()).hexdigest()[:24]

    def _key(self, variation: Variation) -> str:
        """What decides over a replay and over how it is read."""
        plan = self._prepared.plan
        today = self._mixtures.today
        environment = variation.environment
        parts = {
            "bis": __version__,
            "run": plan.run_id,
            "program": to_json(replace(plan, deviations=(), missing=(), rebuild=None, data=(), timeout_s=None)),
            "data": [(d.file.path, d.file.digest, d.found) for d in plan.data],
            "environment": f"{today.interpreter}\n{lock_text(today.environment)}"
            if environment is None
            else lock_text(environment),
            "variation": to_json(replace(variation, environment=None)),
            "tolerances": repr(self._tolerances),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
