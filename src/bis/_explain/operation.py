"""The first operation of PyTorch at which two replays part.

The weights after each step of the optimizer tell which step is the first that differs. The operations of the first step
are noted at once, since it often is that; those of a later one are, in two replays more. Where replays differ from time
to time, these may part elsewhere, so that the step is looked for again among what they noted.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from bis._explain.environment.environment_change import RunSurroundings, changes_of
from bis._explain.environment.settings import EnvironmentSetting, SettingKind
from bis._replay.campaign import campaign
from bis._replay.executors import CallingThread
from bis._replay.variations import fresh_variations
from bis.errors import NotFound, ReplayImpossible, UsageError
from bis.model.operations import OperationDivergence, OperationLog, OperationWatch, Parting
from bis.record.probes.machine import probe_machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from bis._replay.prepare import Prepared
    from bis.model.variation import Variation

_NO_STEPS = -1
_ATTEMPTS = 3
_OF_ENVIRONMENTS = frozenset({SettingKind.PACKAGE, SettingKind.PACKAGES, SettingKind.PYTHON})


def first_divergent_operation(
    prepared: Prepared,
    one: Variation,
    other: Variation,
    *,
    executor: Executor | None = None,
) -> OperationDivergence:
    """Find the first operation at which replays of two variations part.

    Parameters
    ----------
    prepared : Prepared
        The run, prepared for varied replays.
    one, other : Variation
        The two; the same one twice for what differs by itself.
    executor : concurrent.futures.Executor, optional
        What runs the replays; by default the calling thread.

    Raises
    ------
    NotFound
        The two do not part in what PyTorch computes, or the program computes nothing with it.
    ReplayImpossible
        The program fails when it is replayed.
    """
    return first_parting(
        lambda step: _logs(prepared, (one, other), OperationWatch(step), executor), varies_by_itself=one == other
    )


def first_parting(
    look: Callable[[int], tuple[OperationLog, OperationLog]], *, varies_by_itself: bool
) -> OperationDivergence:
    """Look for the first operation at which two replays part.

    Parameters
    ----------
    look : callable
        Replays both, and gives what they noted: the weights after each step, and the operations of the step that it is
        given.
    varies_by_itself : bool
        Whether both are the same replay: what differs from time to time may be the same once.

    Raises
    ------
    NotFound
        They do not part.
    """
    step, seen, left = 0, False, _ATTEMPTS if varies_by_itself else 1
    while left:
        left -= 1
        logs = look(step)
        parted = divergent_step(*logs)
        if parted is None:
            continue
        found = divergence(*logs, parted) if parted in {step, _NO_STEPS} else None
        if found is not None:
            return found
        if not seen:
            seen, left = True, _ATTEMPTS
        step = parted
    raise NotFound(
        "no operation of PyTorch was found at which the replays part",
        hint="They may be the same, part in what other libraries compute, or only from time to time.",
    )


def varied_pair(prepared: Prepared, setting: EnvironmentSetting | None) -> tuple[Variation, Variation]:
    """The recorded variation, and what it is compared with: the first other value of a setting, else itself.

    Raises
    ------
    UsageError
        The setting needs another environment, or none of its values is another one than the recorded.
    """
    recorded = prepared.recorded
    if setting is None:
        return recorded, recorded
    if setting.kind in _OF_ENVIRONMENTS:
        raise UsageError(
            f"{setting.name} cannot be compared operation by operation: it needs other packages",
            hint="Give a setting such as threads=1, cpu=haswell or determinism=on.",
        )
    surroundings = RunSurroundings(
        machine=prepared.run.record.machine,
        plan=prepared.plan,
        environment=prepared.run.record.environment,
        cpu_flags=probe_machine(environ=os.environ).cpu_flags,
    )
    change = next((c for c in changes_of(setting, surroundings) if c.problem is None), None)
    if change is None:
        raise UsageError(
            f"no value of {setting.name} is another one than that of the run", hint="Give another value with --vary."
        )
    hash_seed = fresh_variations(1)[0].hash_seed if change.new_hash_seed else change.hash_seed
    return recorded, replace(
        recorded,
        variables={**recorded.variables, **change.variables},
        switches=change.switches,
        hash_seed=recorded.hash_seed if hash_seed is None else hash_seed,
    )


def divergent_step(one: OperationLog, other: OperationLog) -> int | None:
    """The first step after which the weights differ; -1 where there are no steps, None where all are the same."""
    if not one.steps and not other.steps:
        return _NO_STEPS
    pairs = zip_longest(one.steps, other.steps)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), None)


def divergence(one: OperationLog, other: OperationLog, step: int) -> OperationDivergence | None:
    """Where two sequences of operations part; None where they do not."""
    for place, (a, b) in enumerate(zip_longest(one.operations, other.operations)):
        if a is None or b is None or a.name != b.name:
            there = a or b
            assert there is not None
            return OperationDivergence(Parting.SEQUENCE, there.name, step, there.file, there.line, place)
        if a.gave != b.gave:
            how = Parting.RESULT if a.got == b.got else Parting.INPUT
            return OperationDivergence(how, a.name, step, a.file, a.line, place)
    return None


def _logs(
    prepared: Prepared, pair: tuple[Variation, Variation], watch: OperationWatch, executor: Executor | None
) -> tuple[OperationLog, OperationLog]:
    watching = replace(prepared, inputs=replace(prepared.inputs, operations=watch))
    logs = []
    for variation in pair:
        (outcome,) = campaign(watching, [variation], executor=executor or CallingThread())
        if outcome.failure is not None:
            raise ReplayImpossible(f"a replay that notes operations failed: {outcome.failure.message}")
        if outcome.operations is None:
            raise NotFound("the program does not use PyTorch", hint="Operations are those of PyTorch.")
        logs.append(outcome.operations)
    return logs[0], logs[1]
