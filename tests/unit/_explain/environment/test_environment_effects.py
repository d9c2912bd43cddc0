"""Paired replays of settings, with replays that are computed."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._explain.environment.environment_effects import (
    MeasuredEffects,
    check_settings,
    environment_effects,
    pairs_within,
    replays_needed,
)
from bis._explain.environment.settings import parse
from bis.config import Settings
from bis.errors import UsageError
from bis.evidence.store import EvidenceStore
from bis.model.statement import StatementCode
from bis.model.verdict import Outcome, ReplayKind
from bis.workspace import Workspace
from tests.unit._explain.environment.outcomes import curve, failed, outcome
from tests.unit._replay.prepared_runs import prepared_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bis._replay.prepare import Prepared
    from bis.model.variation import Variation


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A run that is prepared for varied replays."""
    made = prepared_run(tmp_path, monkeypatch)
    return replace(made, plan=replace(made.plan, kind=ReplayKind.VARIED))


class Computed:
    """Replays whose accuracy is a function of the variation, with what was asked for."""

    def __init__(self, result: Callable[[Variation, int], Outcome]) -> None:
        self.result = result
        self.asked: list[Variation] = []

    def source(self, label: str) -> Callable[[int], bytes]:
        """Random bytes."""
        del label
        return secrets.token_bytes

    def __call__(self, variations: Sequence[Variation]) -> list[Outcome]:
        """One outcome for each."""
        found = []
        for variation in variations:
            found.append(self.result(variation, len(self.asked)))
            self.asked.append(variation)
        return found


def measure(prepared: Prepared, tmp_path: Path, replays: Computed, *specs: str, pairs: int = 6) -> MeasuredEffects:
    """The effects of settings."""
    workspace = Workspace(Settings(), EvidenceStore("sqlite:///never-opened.db"), tmp_path)
    settings = [parse(s) for s in specs]
    return environment_effects(prepared, settings, replay=replays, workspace=workspace, pairs=pairs)


def by_root(variation: Variation, shift: float = 0.0) -> Outcome:
    """A result that the root and a shift decide over."""
    assert variation.root is not None
    return outcome(curve("acc", int(variation.root[:4], 16) / 65536 + shift))


def test_each_setting_is_compared_with_the_same_replays(prepared: Prepared, tmp_path: Path) -> None:
    """As recorded 7 replays, with each value 7: one root is replayed twice in each, and pairs share their roots."""
    replays = Computed(lambda v, _: by_root(v, 0.1 if v.variables.get("OMP_NUM_THREADS") == "1" else 0.0))
    found = measure(prepared, tmp_path, replays, "threads=1", "env:MODE=fast")
    assert (found.replays, found.failed) == (21, 0)
    recorded, threads, mode = replays.asked[:7], replays.asked[7:14], replays.asked[14:]
    assert {v.root for v in recorded} == {v.root for v in threads} == {v.root for v in mode}
    assert recorded[0].root == prepared.recorded.root
    assert len({v.root for v in recorded}) == 6
    assert {v.hash_seed for v in replays.asked} == {prepared.recorded.hash_seed}
    [of_threads], [of_mode] = (effect.effects for effect in found.effects)
    assert of_threads.difference == pytest.approx(0.1)
    assert (of_threads.pairs, of_threads.p_value) == (6, 2 / 64)
    assert of_mode.bit_identical
    assert [e.setting for e in found.effects] == ["threads", "env:MODE"]


def test_a_program_without_entropy_gets_two_pairs(prepared: Prepared, tmp_path: Path) -> None:
    """More would be the same again, which is said."""
    replays = Computed(lambda v, _: outcome(curve("acc", 0.5 if v.variables else 0.75)))
    found = measure(prepared, tmp_path, replays, "env:MODE=fast")
    [effect] = found.effects
    assert (found.replays, effect.effects[0].pairs) == (6, 2)
    assert effect.effects[0].difference == -0.25
    assert StatementCode.SAME_FOR_ALL_ROOTS in {s.code for s in effect.statements}


def test_results_that_are_the_same_by_chance_end_nothing(prepared: Prepared, tmp_path: Path) -> None:
    """A program that drew gets all of its pairs, though the first results are the same."""
    record = prepared.run.record
    drew = replace(record, randomness=replace(record.randomness, draws={"__main__": 3}))
    replays = Computed(lambda _v, _i: outcome(curve("acc", 0.5)))
    found = measure(replace(prepared, run=replace(prepared.run, record=drew)), tmp_path, replays, "env:MODE=fast")
    assert (found.replays, found.effects[0].effects[0].pairs) == (14, 6)


def test_noise_is_measured_where_there_is_any(prepared: Prepared, tmp_path: Path) -> None:
    """Each replay is repeated in the environment in which repeats differ, in the other one only the first."""
    replays = Computed(lambda v, i: by_root(v, i * 1e-6 if not v.variables else 0.0))
    found = measure(prepared, tmp_path, replays, "threads=1", pairs=3)
    assert [bool(v.variables) for v in replays.asked] == [False] * 6 + [True] * 4
    assert found.effects[0].effects[0].noisy


def test_a_setting_with_which_the_program_fails_is_given_up(prepared: Prepared, tmp_path: Path) -> None:
    """After two replays; the others go on."""
    replays = Computed(lambda v, _: failed("no such mode") if v.variables.get("MODE") == "odd" else by_root(v))
    found = measure(prepared, tmp_path, replays, "env:MODE=odd", "env:MODE=fast")
    odd, fast = found.effects
    assert odd.problem is not None
    assert odd.problem.code is StatementCode.CHANGED_REPLAYS_FAILED
    assert odd.problem.figures["message"] == "no such mode"
    assert fast.effects[0].bit_identical
    assert (found.replays, found.failed) == (16, 2)


def test_a_single_failure_is_left_out(prepared: Prepared, tmp_path: Path) -> None:
    """And said."""
    replays = Computed(lambda v, i: failed() if i == 9 else by_root(v))
    [effect] = measure(prepared, tmp_path, replays, "env:MODE=fast").effects
    assert effect.effects[0].pairs == 5
    assert {s.code for s in effect.statements} == {StatementCode.PAIRS_LEFT_OUT}


def test_a_run_that_does_not_replay_is_not_compared(prepared: Prepared, tmp_path: Path) -> None:
    """Two replays as recorded failed: all settings say so."""
    replays = Computed(lambda _v, _i: failed("gone"))
    found = measure(prepared, tmp_path, replays, "threads=1", "env:MODE=fast")
    assert found.replays == 3
    assert {e.problem.code for e in found.effects if e.problem} == {StatementCode.RECORDED_REPLAYS_FAILED}


def test_nothing_is_replayed_for_what_is_refused_or_as_recorded(prepared: Prepared, tmp_path: Path) -> None:
    """One refusal stops all; a value that was recorded costs nothing."""
    replays = Computed(lambda v, _: by_root(v))
    with pytest.raises(UsageError, match="did not have the package"):
        measure(prepared, tmp_path, replays, "threads=1", "package:no-such-thing=1")
    workspace = Workspace(Settings(), EvidenceStore("sqlite:///never-opened.db"), tmp_path)
    with pytest.raises(UsageError, match="did not have the package"):
        check_settings(prepared, [parse("package:no-such-thing=1")], workspace=workspace)
    seed = prepared.recorded.hash_seed
    found = measure(prepared, tmp_path, replays, f"hash_seed={seed}")
    assert (found.replays, replays.asked) == (0, [])
    assert found.effects[0].problem is not None


def test_new_hash_seeds_differ_by_pair(prepared: Prepared, tmp_path: Path) -> None:
    """And the repeat has that of the first pair."""
    replays = Computed(lambda v, _: by_root(v))
    measure(prepared, tmp_path, replays, "hash_seed", pairs=3)
    changed = [v.hash_seed for v in replays.asked[4:]]
    assert changed[0] == changed[1]
    assert len(set(changed)) == 3
    assert prepared.recorded.hash_seed not in changed


def test_what_it_costs_is_known_before(prepared: Prepared, tmp_path: Path) -> None:
    """For a budget: replays of each environment, with one repeat in each."""
    settings = [parse("threads=1"), parse("hash_seed"), parse("env:MODE=fast")]
    replays = Computed(lambda v, _: by_root(v))
    found = measure(prepared, tmp_path, replays, "threads=1", "hash_seed", "env:MODE=fast", pairs=2)
    assert found.replays == replays_needed(settings, 2) == 12
    assert [pairs_within(settings, n) for n in (7, 8, 12, 100)] == [0, 1, 2, 6]
    assert replays_needed([]) == 0
