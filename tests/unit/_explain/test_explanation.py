"""Explanations of programs whose shares are known, replayed without a process."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from bis._explain.budget import Budget
from bis._explain.explanation import ExplainChoices, ExplainedRun, Explanation
from bis._explain.replayer import CountedReplayer
from bis._explain.trial_journal import opened_journal
from bis.errors import ExecutionError, UsageError
from bis.model.attribution import TargetKind
from bis.model.probe_prediction import UnkeptExamples
from bis.model.progress import Note, Silent
from bis.model.role import Role
from bis.model.statement import StatementCode
from bis.report.text.attribution_text import attribution_text
from tests.unit._explain.synthetic_programs import INIT, SHUFFLE, SPLIT, SyntheticProgram, additive, normal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bis.model.attribution import Attribution, TargetShares

ROOT = "ab" * 32
RUN = ExplainedRun("r" * 32, root=ROOT, hash_seed="7")
WEIGHTS = {"split": 2.0, "init": 1.0, "shuffle": 0.5}
TRUTH = {name: w * w / 5.25 for name, w in WEIGHTS.items()}


@dataclass
class Notes(Silent):
    """Keeps notes."""

    notes: list[Note] = field(default_factory=list)

    def noted(self, note: Note) -> None:
        """Keep it."""
        self.notes.append(note)


def explain(
    program: SyntheticProgram,
    home: Path,
    *,
    seed: int = 0,
    run: ExplainedRun = RUN,
    observer: Any = None,
    clock: Callable[[], float] = time.monotonic,
    **choices: Any,
) -> Attribution:
    """Explain a program with a journal below `home`."""
    blocks = choices.pop("blocks", 6)
    budget = Budget(blocks, **{k: choices.pop(k) for k in ("points", "replays", "minutes") if k in choices})
    chosen = ExplainChoices(budget=budget, **choices)
    with opened_journal(home, "key") as journal:
        work = Explanation(
            run,
            chosen,
            CountedReplayer(program),
            journal,
            observer or Notes(),
            source=random.Random(seed).randbytes,
            clock=clock,
        )
        return work.attribution()


def codes(attribution: Attribution) -> list[StatementCode]:
    """What is said."""
    return [s.code for s in attribution.statements]


def of_target(attribution: Attribution, name: str) -> TargetShares:
    """The shares of a target."""
    return next(t for t in attribution.targets if t.name == name)


def test_shares_of_a_known_program(tmp_path: Path) -> None:
    """They are near the truth, add up to 1, and the headline names the largest cause."""
    found = explain(SyntheticProgram(additive(WEIGHTS)), tmp_path, blocks=16)
    target = of_target(found, "acc")
    values = {s.cause: s.shapley.value for s in target.shares}
    assert sum(values.values()) + (target.scheduling.value if target.scheduling else 0) == pytest.approx(1)
    assert max(abs(values[name] - TRUTH[name]) for name in TRUTH) < 0.25
    assert not target.indicative
    first = found.statements[0]
    assert (first.code, first.figures["cause"], first.figures["target"]) == (StatementCode.EXPLAINED, "split", "acc")
    assert StatementCode.OTHERS_FIXED not in codes(found)
    assert found.exit_code == 0


def test_replays_are_those_of_the_design(tmp_path: Path) -> None:
    """Two of the pilot, eight a block for three causes, A and B of the first two blocks twice; never an exact one."""
    program = SyntheticProgram(additive(WEIGHTS))
    found = explain(program, tmp_path, blocks=4)
    assert found.replays == len(program.asked) == 2 + 4 * 8 + 4
    assert all(v.scoped and v.reseeded and v.hash_seed == "7" for _, v in program.asked)
    assert {len(v.roles) for _, v in program.asked} == {0, 3}
    assert len(found.table) == 36
    assert {t.corner for t in found.table} == {
        "A", "B", "A:split", "A:init", "A:shuffle", "B:split", "B:init", "B:shuffle",
    }  # fmt: skip


def test_the_pilot_is_replayed_one_after_the_other(tmp_path: Path) -> None:
    """Of replays that run at a time none can be forked, as the first has not shown what it gives; nor later ones."""
    calls: list[int] = []

    class Watched(SyntheticProgram):
        def __call__(self, asked: Any, **options: Any) -> None:
            calls.append(len(asked))
            super().__call__(asked, **options)

    explain(Watched(additive(WEIGHTS)), tmp_path, blocks=2, at_once=2)
    assert calls[:2] == [1, 1]
    calls.clear()
    explain(Watched(additive(WEIGHTS)), tmp_path, blocks=3, at_once=2)
    assert calls[:3] == [1, 1, 8]


def test_indicative_below_sixteen_blocks(tmp_path: Path) -> None:
    """A single number needs 16 blocks, a long vector 4."""
    found = explain(SyntheticProgram(additive(WEIGHTS), vector=20), tmp_path, blocks=4)
    assert [(t.kind, t.indicative) for t in found.targets] == [
        (TargetKind.PREDICTIONS, False),
        (TargetKind.METRIC, True),
    ]


def test_the_time_is_told_before_it_begins(tmp_path: Path) -> None:
    """From the duration of the pilot, and the number of replays at a time."""
    notes = Notes()
    explain(SyntheticProgram(additive(WEIGHTS), duration_s=3.0), tmp_path, blocks=4, observer=notes, at_once=2)
    (note,) = notes.notes
    assert note.code == "explanation-begins"
    assert (note.values["replays"], note.values["seconds"]) == (36, 54.0)
    later = Notes()
    explain(SyntheticProgram(additive(WEIGHTS)), tmp_path / "b", blocks=4, observer=later, at_once=2, reserved=8)
    assert [(n.code, n.values.get("replays")) for n in later.notes] == [
        ("explanation-begins", 36),
        ("explanation-has-others", 8),
    ]


def test_an_interrupted_explanation_goes_on(tmp_path: Path) -> None:
    """Nothing that was made is made again, but for two replays that check that all is as before."""
    whole = explain(SyntheticProgram(additive(WEIGHTS)), tmp_path / "whole", blocks=4)
    program = SyntheticProgram(additive(WEIGHTS), interrupt_after=20)
    with pytest.raises(KeyboardInterrupt):
        explain(program, tmp_path, blocks=4)
    notes = Notes()
    second = SyntheticProgram(additive(WEIGHTS))
    found = explain(second, tmp_path, blocks=4, seed=99, observer=notes)
    assert len(second.asked) == 38 - 20 + 2
    assert "explanation-continues" in [n.code for n in notes.notes]
    assert (found.continued, StatementCode.REPLAYS_CONTINUED in codes(found)) == (20, True)
    assert found.targets == whole.targets


def test_a_line_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    """As after kill -9 in the middle of a write."""
    program = SyntheticProgram(additive(WEIGHTS), interrupt_after=20)
    with pytest.raises(KeyboardInterrupt):
        explain(program, tmp_path, blocks=4)
    path = tmp_path / "explanations" / "key" / "trials.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    second = SyntheticProgram(additive(WEIGHTS))
    found = explain(second, tmp_path, blocks=4)
    assert len(second.asked) == 38 - 19 + 2
    assert found.targets == explain(SyntheticProgram(additive(WEIGHTS)), tmp_path / "whole", blocks=4).targets


def test_what_has_changed_since_is_not_gone_on_with(tmp_path: Path) -> None:
    """Where the check gives other bits, all begins anew."""
    with pytest.raises(KeyboardInterrupt):
        explain(SyntheticProgram(additive(WEIGHTS), interrupt_after=20), tmp_path, blocks=4)
    notes = Notes()
    second = SyntheticProgram(additive(WEIGHTS), version="other libraries")
    found = explain(second, tmp_path, blocks=4, observer=notes)
    assert "explanation-begins-anew" in [n.code for n in notes.notes]
    assert (len(second.asked), found.continued) == (38 + 2, 0)


def test_more_blocks_are_added_to_those_of_before(tmp_path: Path) -> None:
    """A quick explanation is the beginning of a precise one."""
    explain(SyntheticProgram(additive(WEIGHTS)), tmp_path, blocks=4)
    second = SyntheticProgram(additive(WEIGHTS))
    explain(second, tmp_path, blocks=6)
    assert len(second.asked) == 2 * 8 + 2
    third = SyntheticProgram(additive(WEIGHTS))
    explain(third, tmp_path, blocks=6)
    assert third.asked == []


def test_one_crashed_replay_leaves_its_block_out(tmp_path: Path) -> None:
    """It is said, and the other blocks count."""
    program = SyntheticProgram(additive(WEIGHTS), fails=lambda p: "ValueError: boom" if p == (2, 5, 0) else "")
    found = explain(program, tmp_path)
    target = of_target(found, "acc")
    assert (target.blocks, target.problem, found.failed) == (5, None, 1)
    said = next(s for s in found.statements if s.code is StatementCode.BLOCKS_LEFT_OUT)
    assert (said.figures["blocks"], said.figures["failed"], said.figures["message"]) == (
        1, 1, "exception: ValueError: boom",
    )  # fmt: skip
    assert [t.failure for t in found.table if t.failure] == ["ValueError: boom"]


def test_crashes_everywhere_give_no_shares(tmp_path: Path) -> None:
    """Not from a block that happens to be complete."""
    program = SyntheticProgram(additive(WEIGHTS), fails=lambda p: "boom" if p[0] >= 1 else "")
    found = explain(program, tmp_path)
    target = of_target(found, "acc")
    assert target.shares == ()
    assert target.problem is not None
    assert target.problem.code is StatementCode.TOO_FEW_BLOCKS
    assert (codes(found)[0], found.exit_code) == (StatementCode.NO_SHARES, 3)


def test_program_that_often_fails_is_not_replayed_to_the_end(tmp_path: Path) -> None:
    """Once three blocks have a failed replay and none is complete, it stops, and says so in place of the time."""
    program = SyntheticProgram(additive(WEIGHTS), fails=lambda p: "boom" if p[0] >= 0 and p[1] % 2 else "")
    found = explain(program, tmp_path)
    said = next(s for s in found.statements if s.code is StatementCode.TOO_MANY_FAILED)
    assert said.figures["blocks"] == 3
    assert said.figures["message"] == "exception: boom"
    assert StatementCode.TIME_IS_UP not in codes(found)
    assert (found.statements[0].code, found.exit_code) == (StatementCode.NO_SHARES, 3)
    assert len(program.asked) < 2 + 3 * 8 + 2
    assert "stopped: " in attribution_text(found)
    assert len(explain(program, tmp_path).table) == len(found.table)  # nor when the command is given again


def test_what_is_asked_for_is_checked_after_the_first_replay(tmp_path: Path) -> None:
    """Of a program that draws nothing for a cause no second replay is made."""
    wrong: tuple[dict[str, Any], ...] = ({"causes": ("dropout",)}, {"metrics": ("f1",)})
    for choices in wrong:
        program = SyntheticProgram(additive(WEIGHTS), vector=3)
        with pytest.raises(UsageError):
            explain(program, tmp_path / "-".join(choices), probe="find", **choices)
        assert len(program.asked) == 1


def test_examples_that_could_not_be_kept_are_told(tmp_path: Path) -> None:
    """There are no shares of these predictions, and the reason is given once."""

    class Lossy(SyntheticProgram):
        def trial(self, place: Any, variation: Any) -> Any:
            return replace(super().trial(place, variation), unkept=(UnkeptExamples("net", "scipy.csr_matrix"),))

    found = explain(Lossy(additive(WEIGHTS)), tmp_path, probe="find", blocks=2)
    said = [s.figures for s in found.statements if s.code is StatementCode.EXAMPLES_LOST]
    assert said == [{"model": "net", "reason": "scipy.csr_matrix"}]
    assert "what net predicted for could not be kept (scipy.csr_matrix)" in attribution_text(found)


def test_a_program_that_cannot_be_replayed(tmp_path: Path) -> None:
    """It is an error that says why."""
    program = SyntheticProgram(additive(WEIGHTS), fails=lambda _p: "no such file\nmore")
    with pytest.raises(ExecutionError, match=r"no such file$"):
        explain(program, tmp_path)


def test_a_program_without_randomness(tmp_path: Path) -> None:
    """Nothing is drawn, nothing is divided; the exit code is 4."""
    program = SyntheticProgram(lambda _d: {"acc": 0.5}, draws={})
    found = explain(program, tmp_path)
    assert (codes(found), found.targets, found.exit_code) == ([StatementCode.NOTHING_DRAWN], (), 4)
    assert found.replays == 2


def test_a_program_without_metrics(tmp_path: Path) -> None:
    """There is nothing to explain; the exit code is 4."""
    found = explain(SyntheticProgram(lambda _d: {}), tmp_path)
    assert (codes(found)[0], found.exit_code) == (StatementCode.NO_TARGETS, 4)


def test_a_result_that_does_not_depend_on_seeds(tmp_path: Path) -> None:
    """It is constant, and no cause gets a share of nothing."""
    found = explain(SyntheticProgram(lambda _d: {"acc": 0.5}), tmp_path)
    problem = of_target(found, "acc").problem
    assert problem is not None
    assert problem.code is StatementCode.TARGET_CONSTANT
    assert (codes(found)[0], found.exit_code) == (StatementCode.NOTHING_VARIES, 4)


def test_not_a_number_gives_no_share(tmp_path: Path) -> None:
    """Of the metric that has it; the others are explained."""

    def results(drawn: Mapping[str, float]) -> Mapping[str, float]:
        return {**additive(WEIGHTS)(drawn), "loss": float("nan") if drawn["init"] > 0.9 else normal(drawn["init"])}

    found = explain(SyntheticProgram(results), tmp_path)
    problem = of_target(found, "loss").problem
    assert problem is not None
    assert problem.code is StatementCode.TARGET_NOT_FINITE
    assert of_target(found, "loss").shares == ()
    assert of_target(found, "acc").problem is None


def test_a_metric_that_is_not_always_logged(tmp_path: Path) -> None:
    """What is left would be a selection."""

    def results(drawn: Mapping[str, float]) -> Mapping[str, float]:
        extra = {"best": 1.0} if drawn["split"] > 0.5 else {}
        return {**additive(WEIGHTS)(drawn), **extra}

    found = explain(SyntheticProgram(results), tmp_path, metrics=("acc",))
    assert [t.name for t in found.targets] == ["acc"]
    found = explain(SyntheticProgram(results), tmp_path)
    problem = of_target(found, "best").problem
    assert problem is not None
    assert problem.code is StatementCode.TARGET_NOT_LOGGED


def test_an_inert_cause_is_said_to_be_one(tmp_path: Path) -> None:
    """It has a share of exactly 0."""
    found = explain(SyntheticProgram(additive({"split": 1.0, "init": 1.0})), tmp_path)
    target = of_target(found, "acc")
    assert target.inert == ("shuffle",)
    assert [s.shapley.value for s in target.shares if s.cause == "shuffle"] == [0.0]


def test_scheduling_noise_has_its_own_line(tmp_path: Path) -> None:
    """Where the pilot's bits differ, A and B of every block are made twice."""
    program = SyntheticProgram(additive(WEIGHTS), noise=0.5)
    found = explain(program, tmp_path, blocks=8)
    target = of_target(found, "acc")
    assert StatementCode.BITS_DIFFER in codes(found)
    assert target.scheduling is not None
    assert 0.005 < target.scheduling.value < 0.2
    assert len(program.asked) == 2 + 8 * 10


def test_quiet_programs_have_no_scheduling_noise(tmp_path: Path) -> None:
    """The line is there, and 0."""
    target = of_target(explain(SyntheticProgram(additive(WEIGHTS)), tmp_path), "acc")
    assert target.scheduling is not None
    assert target.scheduling.value == 0.0


def test_nothing_is_divided_where_the_same_seeds_differ_as_much(tmp_path: Path) -> None:
    """A program whose results come from elsewhere has no shares."""
    found = explain(SyntheticProgram(additive(WEIGHTS), noise=20.0), tmp_path)
    problem = of_target(found, "acc").problem
    assert problem is not None
    assert problem.code is StatementCode.TARGET_ALL_NOISE
    assert found.exit_code == 3


def test_conditional_draws_are_told(tmp_path: Path) -> None:
    """With the role that is affected, and by which cause."""
    program = SyntheticProgram(
        additive(WEIGHTS), more_draws=lambda role, drawn: int(10 * drawn["init"]) if role is SHUFFLE else 0
    )
    found = explain(program, tmp_path)
    said = [s.figures for s in found.statements if s.code is StatementCode.DRAWS_DEPEND]
    assert said == [{"role": "shuffle", "cause": "init"}]


def test_seeds_of_the_program_are_a_deviation(tmp_path: Path) -> None:
    """They are drawn anew, and it is said for which roles."""
    found = explain(SyntheticProgram(additive(WEIGHTS), seeded=frozenset({SPLIT})), tmp_path)
    said = next(s for s in found.statements if s.code is StatementCode.SEEDS_DRAWN)
    assert said.figures == {"roles": ("split",)}
    assert found.reseeded
    assert "seeds for split" in [d.what for d in found.deviations]
    unseeded = explain(SyntheticProgram(additive(WEIGHTS)), tmp_path / "unseeded")
    assert (unseeded.reseeded, len(unseeded.deviations)) == (False, 1)


def test_a_probe_is_found_once(tmp_path: Path) -> None:
    """In a replay of its own; all others predict for what it found, and it is known when the command is repeated."""
    program = SyntheticProgram(additive(WEIGHTS), vector=20)
    explain(program, tmp_path, blocks=2, probe="find")
    assert [v.probe for _, v in program.asked][:3] == ["find", "p" * 8, "p" * 8]
    assert {v.probe for _, v in program.asked[1:]} == {"p" * 8}
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / f"{'p' * 8}.probe").touch()
    again = SyntheticProgram(additive(WEIGHTS), vector=20)
    explain(again, tmp_path, blocks=2, probe="find")
    assert again.asked == []
    nothing = SyntheticProgram(additive(WEIGHTS))
    explain(nothing, tmp_path / "b", blocks=2, probe="find")
    assert [v.probe for _, v in nothing.asked][:3] == ["find", "", ""]


def test_causes_that_are_asked_for(tmp_path: Path) -> None:
    """The others draw from one root in all replays, which is told: a lone cause has all that is left."""
    program = SyntheticProgram(additive(WEIGHTS))
    found = explain(program, tmp_path, causes=("split", "init"))
    assert [c.name for c in found.causes] == ["split", "init"]
    assert "shuffle" in found.dropped
    said = next(s for s in found.statements if s.code is StatementCode.OTHERS_FIXED)
    assert said.figures == {"roles": ("shuffle",)}
    assert {tuple(v.roles) for p, v in program.asked if p[0] >= 0} == {("split", "init")}


@pytest.mark.parametrize(
    ("causes", "words"), [(("dropout",), "draws nothing for dropout"), (("luck",), "no cause 'luck'")]
)
def test_a_cause_that_is_not_there(tmp_path: Path, causes: tuple[str, ...], words: str) -> None:
    """The error names those that are."""
    with pytest.raises(UsageError, match=words) as raised:
        explain(SyntheticProgram(additive(WEIGHTS)), tmp_path, causes=causes)
    assert "split (1 draw), init (10 draws)" in (raised.value.hint or "")


def test_a_metric_that_is_not_there(tmp_path: Path) -> None:
    """The error names those that are."""
    with pytest.raises(UsageError, match="'accuracy'") as raised:
        explain(SyntheticProgram(additive(WEIGHTS)), tmp_path, metrics=("accuracy",))
    assert "acc" in (raised.value.hint or "")


def test_the_budget_of_replays_is_kept(tmp_path: Path) -> None:
    """Fewer blocks are made, and it is said; too small a budget is an error."""
    program = SyntheticProgram(additive(WEIGHTS))
    found = explain(program, tmp_path, replays=32)
    assert len(program.asked) <= 32
    said = next(s for s in found.statements if s.code is StatementCode.BUDGET_ALLOWS)
    assert said.figures == {"blocks": 3, "wanted": 6}
    with pytest.raises(UsageError, match="budget is too small"):
        explain(SyntheticProgram(additive(WEIGHTS)), tmp_path / "b", replays=10)


def test_the_budget_of_minutes_is_kept(tmp_path: Path) -> None:
    """By the duration of the pilot."""
    program = SyntheticProgram(additive(WEIGHTS), duration_s=2.0)
    found = explain(program, tmp_path, minutes=1.0)
    assert len(found.seeds) == 3
    assert len(program.asked) == 2 + 28


def test_time_that_is_up_before_the_end_is_told(tmp_path: Path) -> None:
    """Complete blocks count, and the text says how many of how many there are."""
    program = SyntheticProgram(additive(WEIGHTS), duration_s=0.1)
    found = explain(program, tmp_path, minutes=1.0, clock=lambda: 2.0 * len(program.asked))
    said = next(s for s in found.statements if s.code is StatementCode.TIME_IS_UP)
    assert said.figures == {"blocks": 3, "wanted": 6}
    target = of_target(found, "acc")
    assert (target.blocks, target.incomplete) == (3, 3)
    assert "3 of 6 blocks" in attribution_text(found)


def test_it_stops_once_it_is_precise_enough(tmp_path: Path) -> None:
    """At a planned look, with intervals of the confidence that all looks together need."""
    found = explain(SyntheticProgram(additive(WEIGHTS), vector=60), tmp_path, blocks=16, points=15.0)
    assert len(found.seeds) in {4, 8}
    said = next(s for s in found.statements if s.code is StatementCode.PRECISION_REACHED)
    assert said.figures["half_width"] <= 15.0  # type: ignore[operator]
    assert found.confidence == pytest.approx(1 - 0.05 / 3)
    scalar = explain(SyntheticProgram(additive(WEIGHTS)), tmp_path / "b", blocks=4, points=1.0)
    assert StatementCode.PRECISION_NOT_REACHED in codes(scalar)


def test_a_run_without_a_recorded_root(tmp_path: Path) -> None:
    """What is not varied draws from a new one; the hash seed is fixed."""
    found = explain(SyntheticProgram(additive(WEIGHTS)), tmp_path, run=replace(RUN, root=None, hash_seed=None))
    assert len(found.root) == 64
    assert found.root != ROOT
    assert found.hash_seed == "0"


def test_draws_from_unknown_places_are_told(tmp_path: Path) -> None:
    """Where they are more than 5 % of all; they are a cause of their own."""
    program = SyntheticProgram(additive({"split": 1.0, "other": 1.0}), draws={SPLIT: 9, Role.OTHER: 1})
    found = explain(program, tmp_path)
    assert found.other_share == pytest.approx(0.1)
    assert StatementCode.UNKNOWN_PLACES in codes(found)
    assert [c.name for c in found.causes] == ["split", "other"]


def test_many_roles_are_grouped(tmp_path: Path) -> None:
    """Each is changed alone first: those that move the results least vary together, however much they draw."""
    roles = list(Role)[:7]
    draws = {role: 10 * (i + 1) for i, role in enumerate(roles)}
    weights = {role.value: 1.0 if i < 4 else 1e-6 for i, role in enumerate(roles)}
    program = SyntheticProgram(additive(weights), draws=draws)
    found = explain(program, tmp_path, blocks=2)
    assert [c.name for c in found.causes] == ["split", "init", "shuffle", "dropout", "augmentation+sampling+bootstrap"]
    said = next(s for s in found.statements if s.code is StatementCode.CAUSES_GROUPED)
    assert said.figures["roles"] == ("augmentation", "sampling", "bootstrap")
    alone = [tuple(v.roles) for place, v in program.asked if place[0] == -1 and v.roles]
    assert alone == [(role.value,) for role in roles]
    assert found.replays == len(program.asked) == 2 + 7 + 2 * 12 + 4


def test_role_that_moves_nothing_hides_no_other(tmp_path: Path) -> None:
    """Where predictions do not move with it, it is not varied, and the others need not be grouped for it."""
    draws = {role: 10 * (i + 1) for i, role in enumerate(list(Role)[:6])}

    def results(drawn: Mapping[str, float]) -> Mapping[str, float]:
        return {"acc": sum(v for name, v in drawn.items() if name != "sampling")}

    @dataclass
    class Unmoved(SyntheticProgram):
        @property
        def weights(self) -> dict[str, float]:
            return {role.value: float(role is not Role.SAMPLING) for role in self.draws}

    program = Unmoved(results, draws=draws, vector=8)
    found = explain(program, tmp_path, blocks=2)
    assert [c.name for c in found.causes] == ["split", "init", "shuffle", "dropout", "augmentation"]
    said = next(s for s in found.statements if s.code is StatementCode.ROLES_UNMOVED)
    assert said.figures == {"roles": ("sampling",)}
    assert "sampling" in found.dropped
    assert "no bit of any result moved" in attribution_text(found)
    made = len(program.asked)
    assert made == 2 + 6 + 2 + 2 * 12 + 4
    assert explain(program, tmp_path, blocks=2).causes == found.causes
    assert len(program.asked) == made

    coarse = Unmoved(results, draws=draws)  # without predictions, a figure may have stayed the same by chance
    grouped = next(c for c in explain(coarse, tmp_path / "b", blocks=2).causes if len(c.roles) > 1)
    assert Role.SAMPLING in grouped.roles


def test_long_programs_begin_with_few_groups(tmp_path: Path) -> None:
    """Data and training, unless causes are asked for."""
    draws = dict.fromkeys((SPLIT, INIT, SHUFFLE, Role.DROPOUT), 5)
    program = SyntheticProgram(additive({r.value: 1.0 for r in draws}), draws=draws, duration_s=90.0)
    found = explain(program, tmp_path, blocks=2)
    assert [c.name for c in found.causes] == ["split", "init+shuffle+dropout"]
    asked = explain(program, tmp_path / "b", blocks=2, causes=("init", "shuffle", "dropout", "split"))
    assert len(asked.causes) == 4


def test_forks_with_other_roots_are_compared_with_cold_replays(tmp_path: Path) -> None:
    """The second replays of A and B are cold: where they differ from warm ones there are no shares."""
    found = explain(SyntheticProgram(additive(WEIGHTS), warm=True), tmp_path, blocks=2)
    assert found.warm
    assert [t.problem for t in found.targets] == [None]
    wrong = SyntheticProgram(additive(WEIGHTS), warm=True, wrong_forks=True)
    with pytest.raises(ExecutionError, match="no shares are computed"):
        explain(wrong, tmp_path / "b", blocks=2)
    assert max(block for (block, _, _), _ in wrong.asked) == 0


@pytest.mark.parametrize("warm", [True, False])
def test_noise_that_the_pilot_did_not_show(tmp_path: Path, warm: bool) -> None:
    """Forks are not blamed for it: it is said that results differ, and scheduling has its share."""
    found = explain(SyntheticProgram(additive(WEIGHTS), noise=0.5, quiet=2, warm=warm), tmp_path, blocks=4)
    target = of_target(found, "acc")
    assert codes(found).count(StatementCode.BITS_DIFFER) == 1
    assert target.scheduling is not None
    assert target.scheduling.value > 0
    assert sum(s.shapley.value for s in target.shares) + target.scheduling.value == pytest.approx(1)
