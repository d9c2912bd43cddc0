"""What environment settings do to the results of a run: paired replays, recorded against changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._explain.environment.environment_change import EnvironmentChange, RunSurroundings, changes_of
from bis._explain.environment.package_resolution import (
    Resolution,
    VersionUnavailable,
    for_python,
    of_date,
    with_version,
)
from bis._explain.environment.paired_results import Replayed, Target, effects_on_targets, same_results
from bis._explain.environment.setting_taken import not_taken
from bis._explain.environment.settings import SettingKind
from bis._replay.inputs import base_environment, varied_environment
from bis._replay.variations import fresh_variations
from bis._verify.program_entropy import deterministic
from bis.errors import BisError, EnvironmentBuildError
from bis.model.attribution import EnvironmentEffect
from bis.model.statement import Statement, StatementCode, statement
from bis.model.variation import Variation
from bis.record.probes.machine import probe_machine

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bis._explain.environment.environment_replays import Replays
    from bis._explain.environment.settings import EnvironmentSetting
    from bis._replay.environment import BaseEnvironment
    from bis._replay.prepare import Prepared
    from bis.model.verdict import Outcome
    from bis.workspace import Workspace

PAIRS = 6  # with 5 pairs no sign-flip test can give less than p = 0.0625
_OF_ALL_ROOTS = 2  # pairs, where another root changes nothing


@dataclass(frozen=True, slots=True)
class MeasuredEffects:
    """The effects of all settings, and how many `replays` were made for them, of which `failed` did not end well."""

    effects: tuple[EnvironmentEffect, ...]
    replays: int
    failed: int


def check_settings(prepared: Prepared, settings: Sequence[EnvironmentSetting], *, workspace: Workspace) -> None:
    """Refuse settings that cannot be measured, before anything is replayed.

    Raises
    ------
    UsageError
        A setting is about something that the run did not use, or that this machine cannot do.
    """
    _changes(prepared, settings, base_environment(prepared.inputs, workspace.home))


def replays_needed(settings: Sequence[EnvironmentSetting], pairs: int = PAIRS) -> int:
    """How many replays are made for settings where nothing is noisy: of each environment one for each pair, and one."""
    values = sum(max(1, len(setting.values)) for setting in settings)
    return (1 + values) * (1 + pairs) if values else 0


def pairs_within(settings: Sequence[EnvironmentSetting], replays: int) -> int:
    """How many pairs so many replays allow, at most `PAIRS`; 0 where there is not even one."""
    return next((pairs for pairs in range(PAIRS, 0, -1) if replays_needed(settings, pairs) <= replays), 0)


def environment_effects(
    prepared: Prepared,
    settings: Sequence[EnvironmentSetting],
    *,
    replay: Replays,
    workspace: Workspace,
    pairs: int = PAIRS,
    metrics: Collection[str] | None = None,
    variances: Mapping[Target, float] | None = None,
    probe: str = "",
) -> MeasuredEffects:
    """Measure what each value of each setting does, in replays that differ in nothing else.

    Parameters
    ----------
    prepared : Prepared
        The run, with a plan for varied replays.
    settings : sequence of EnvironmentSetting
        As `parse` gives them.
    replay : Replays
        Makes the replays. The outputs are those of the run that is explained.
    workspace : Workspace
        Where environments are kept; its observer hears of those that are built.
    pairs : int
        How many pairs, at least 1; the first one has the recorded randomness, the others have new roots. A program
        that drew no entropy, and whose results are the same for two roots, gets 2.
    metrics : collection of str, optional
        Only these; all that are results by default.
    variances : mapping, optional
        The variance by seeds of each target, where it is known; by default that of the replays as recorded.
    probe : str
        As in `Variation.probe`.

    Raises
    ------
    UsageError
        A setting is about something that the run did not use, or that this machine cannot do. Nothing was replayed.
    """
    if pairs < 1:
        raise ValueError(f"pairs must be at least 1, found {pairs}")
    base = base_environment(prepared.inputs, workspace.home)
    changes = _changes(prepared, settings, base)
    if all(change.problem is not None for change in changes):
        return MeasuredEffects(tuple(_effect(change) for change in changes), 0, 0)
    counted = _Counted(replay)
    pairing = _pairing(prepared, counted, pairs=pairs, metrics=metrics, probe=probe)
    effects = []
    for change in changes:
        resolved = _resolved(change, prepared, base, workspace)
        measured = _measured(resolved, pairing, counted, metrics=metrics, variances=variances)
        effects.append(measured)
    return MeasuredEffects(tuple(effects), counted.replays, counted.failed)


def _changes(
    prepared: Prepared, settings: Sequence[EnvironmentSetting], base: BaseEnvironment | None
) -> list[EnvironmentChange]:
    run = RunSurroundings(
        machine=prepared.run.record.machine,
        plan=prepared.plan,
        environment=base.environment if base is not None else prepared.run.record.environment,
        cpu_flags=probe_machine(environ=os.environ).cpu_flags,
    )
    return [change for setting in settings for change in changes_of(setting, run)]


class _Counted:
    """Replays, counted."""

    def __init__(self, replay: Replays) -> None:
        self._replay = replay
        self.source = replay.source
        self.replays = 0
        self.failed = 0

    def __call__(self, variations: Sequence[Variation]) -> tuple[Outcome, ...]:
        outcomes = tuple(self._replay(variations)) if variations else ()
        self.replays += len(outcomes)
        self.failed += sum(outcome.failure is not None for outcome in outcomes)
        return outcomes


@dataclass(frozen=True, slots=True)
class _Pairing:
    """The replays as recorded that all settings are compared with; `variations` are those of the pairs."""

    variations: tuple[Variation, ...]
    recorded: Replayed
    statements: tuple[Statement, ...] = ()
    problem: Statement | None = None


def _pairing(
    prepared: Prepared,
    replay: _Counted,
    *,
    pairs: int,
    metrics: Collection[str] | None,
    probe: str,
) -> _Pairing:
    fresh = fresh_variations(pairs, source=replay.source("pairs"))
    recorded = prepared.recorded
    # A hash seed that was not recorded is at least the same on both sides.
    first = replace(recorded, hash_seed=recorded.hash_seed or fresh[0].hash_seed, probe=probe)
    variations = (first, *(replace(first, root=new.root) for new in fresh[1:]))
    begun = replay([first, first, *variations[1:_OF_ALL_ROOTS]])
    if begun[0].failure is not None and begun[1].failure is not None:
        return _Pairing(variations, Replayed(()), problem=_failures(StatementCode.RECORDED_REPLAYS_FAILED, begun))
    ended = all(outcome.failure is None for outcome in begun)
    # Results of few digits may be the same by chance: only a program that drew nothing gets no more pairs.
    drew_nothing = deterministic(prepared.run.record.randomness) is True
    if ended and drew_nothing and all(same_results(begun[0], other, metrics) for other in begun[1:]):
        said = (statement(StatementCode.SAME_FOR_ALL_ROOTS, pairs=_OF_ALL_ROOTS),)
        return _Pairing(variations[:_OF_ALL_ROOTS], Replayed((begun[0], *begun[2:]), (begun[1],)), said)
    rest = replay(variations[_OF_ALL_ROOTS:])
    return _Pairing(variations, _with_noise((begun[0], *begun[2:], *rest), begun[1], variations, replay, metrics))


def _with_noise(
    outcomes: tuple[Outcome, ...],
    repeat: Outcome,
    variations: Sequence[Variation],
    replay: _Counted,
    metrics: Collection[str] | None,
) -> Replayed:
    """With a repeat of each replay, where that of the first one differs: how much noise there is must be known."""
    if outcomes[0].failure or repeat.failure or same_results(outcomes[0], repeat, metrics):
        return Replayed(outcomes, (repeat,))
    return Replayed(outcomes, (repeat, *replay(variations[1:])))


def _resolved(
    change: EnvironmentChange, prepared: Prepared, base: BaseEnvironment | None, workspace: Workspace
) -> EnvironmentChange:
    """The change with the environment that it needs, which is then built."""
    if change.problem is not None or change.setting.kind not in _RESOLVED:
        return change
    try:
        if base is None:
            raise EnvironmentBuildError("the environment of the replays is on another machine")
        found = _resolution(change, base)
        built = varied_environment(found.environment, base, home=workspace.home, observer=workspace.observer)
    except VersionUnavailable as error:
        problem = statement(
            StatementCode.VERSION_UNAVAILABLE,
            package=error.package,
            version=error.version,
            near=error.near,
            message=error.said,
        )
        return replace(change, problem=problem)
    except BisError as error:
        return replace(change, problem=statement(StatementCode.ENVIRONMENT_NOT_BUILT, message=error.message))
    known = {d.what for d in prepared.plan.deviations}
    others = (d for d in built.deviations if d.what not in known)
    return replace(
        change,
        changed=found.environment.python if change.setting.kind is SettingKind.PYTHON else change.changed,
        environment=found.environment,
        deviations=(*found.deviations, *others),
        statements=(*change.statements, *found.statements),
    )


def _resolution(change: EnvironmentChange, base: BaseEnvironment) -> Resolution:
    if change.setting.kind is SettingKind.PACKAGE:
        return with_version(base.environment, change.setting.subject, change.changed, python=base.python)
    if change.setting.kind is SettingKind.PACKAGES:
        return of_date(base.environment, change.changed, python=base.python)
    return for_python(base.environment, change.changed)


_RESOLVED = frozenset({SettingKind.PACKAGE, SettingKind.PACKAGES, SettingKind.PYTHON})


def _measured(
    change: EnvironmentChange,
    pairing: _Pairing,
    replay: _Counted,
    *,
    metrics: Collection[str] | None,
    variances: Mapping[Target, float] | None,
) -> EnvironmentEffect:
    if change.problem is not None or pairing.problem is not None:
        return _effect(change, problem=change.problem or pairing.problem)
    source = replay.source(f"{change.setting.name}={change.changed}")
    seeds = fresh_variations(len(pairing.variations), source=source)
    variations = tuple(
        _changed(variation, change, seed.hash_seed) for variation, seed in zip(pairing.variations, seeds, strict=True)
    )
    begun = replay([variations[0], variations[0]])
    if all(outcome.failure is not None for outcome in begun):
        return _effect(change, problem=_failures(StatementCode.CHANGED_REPLAYS_FAILED, begun))
    outcomes = (begun[0], *replay(variations[1:]))
    changed = _with_noise(outcomes, begun[1], variations, replay, metrics)
    effects = effects_on_targets(pairing.recorded, changed, metrics=metrics, variances=variances)
    state = next((o.libraries for o in (*outcomes, *begun) if o.libraries is not None), None)
    said = [*pairing.statements, *change.statements, *not_taken(change, state)]
    left_out = sum(
        bool(a.failure or b.failure) for a, b in zip(pairing.recorded.outcomes, changed.outcomes, strict=True)
    )
    if left_out:
        said.append(statement(StatementCode.PAIRS_LEFT_OUT, left_out=left_out, total=len(outcomes)))
    if left_out == len(outcomes):
        failed = [o for o in (*pairing.recorded.outcomes, *outcomes) if o.failure]
        return _effect(change, problem=_failures(StatementCode.CHANGED_REPLAYS_FAILED, failed))
    return replace(_effect(change), effects=effects, statements=tuple(said))


def _changed(variation: Variation, change: EnvironmentChange, new_hash_seed: str | None) -> Variation:
    hash_seed = new_hash_seed if change.new_hash_seed else change.hash_seed
    return replace(
        variation,
        variables={**variation.variables, **change.variables},
        switches=change.switches,
        environment=change.environment,
        hash_seed=variation.hash_seed if hash_seed is None else hash_seed,
    )


def _effect(change: EnvironmentChange, problem: Statement | None = None) -> EnvironmentEffect:
    return EnvironmentEffect(
        change.setting.name,
        change.recorded,
        change.changed,
        problem=problem or change.problem,
        deviations=change.deviations,
        statements=change.statements,
    )


def _failures(code: StatementCode, outcomes: Sequence[Outcome]) -> Statement:
    failed = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    return statement(code, failed=len(failed), total=len(outcomes), stage=failed[0].stage, message=failed[0].message)
