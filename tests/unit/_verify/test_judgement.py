"""The verdict: every level, every degenerate case, and what must not change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bis._verify.judgement import judge
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.statement import StatementCode, statement
from bis.model.verdict import (
    AppliedTolerance,
    Deviation,
    Group,
    Item,
    Level,
    Outcome,
    ReplayKind,
    ToleranceOrigin,
    Verdict,
)
from bis.report.text.statement_text import statement_text

from .runs import CRASH, TIMEOUT, drawn, exact, fresh, outputs, words

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from bis.model.facets import Failure, Outputs

PLAIN = Tolerances()
NAN = float("nan")
INF = float("inf")


def item(verdict: Verdict, name: str) -> Item:
    """The one item of this name."""
    return next(i for g in verdict.groups for i in g.items if i.name == name)


def group(verdict: Verdict, kind: ReplayKind) -> Group:
    """The group of this kind."""
    return next(g for g in verdict.groups if g.kind is kind)


def scores(*values: float, name: str = "score") -> list[Outputs]:
    """One output for each value."""
    return [outputs({name: v}) for v in values]


# --- exact replays


@pytest.mark.parametrize(("r", "bound"), [(1, "0.050"), (2, "0.224"), (3, "0.368"), (5, "0.549"), (29, "0.902")])
def test_bitwise_states_the_bound(r: int, bound: str) -> None:
    """Same bits in r of r exact replays is bitwise, with the binomial bound for that r."""
    verdict = judge(outputs({"mse": 0.1}), exact(*[outputs({"mse": 0.1})] * r), PLAIN)
    assert verdict.level is Level.BITWISE
    assert statement_text(verdict.statements[0]) == (
        f"1 metric identical in {r}/{r} exact replays (P(identical) >= {bound} with 95 % confidence)"
    )
    assert verdict.exit_code == 0


def test_one_ulp_is_numerical_and_states_its_tolerance() -> None:
    """A difference by rounding is numerical, with ULPs and the tolerance that it was held to."""
    verdict = judge(outputs({"mse": 2900.19362849348}), exact(*scores(2900.1936284934804, name="mse")), PLAIN)
    assert verdict.level is Level.NUMERICAL
    assert item(verdict, "mse").evidence.ulps == 1
    assert item(verdict, "mse").evidence.tolerance == AppliedTolerance(ToleranceOrigin.FLOAT64, rtol=1e-9)
    assert "1 ULP of float64" in words(item(verdict, "mse"))


def test_negative_zero_is_not_zero() -> None:
    """-0.0 and +0.0 are other bits, at no distance."""
    verdict = judge(outputs({"bias": 0.0}), exact(*scores(-0.0, name="bias")), PLAIN)
    assert verdict.level is Level.NUMERICAL
    assert item(verdict, "bias").evidence.ulps == 0


def test_same_metrics_with_another_model() -> None:
    """Metrics of the same bits with other weights are said to be just that."""
    verdict = judge(outputs({"acc": 0.9}, weights="aa"), exact(outputs({"acc": 0.9}, weights="bb")), PLAIN)
    assert verdict.level is Level.METRICS_BITWISE
    assert "a model or output has not" in words(verdict)


def test_other_weights_without_metrics_diverge() -> None:
    """Where there is nothing else to compare, other weights are another result."""
    verdict = judge(outputs(weights="aa"), exact(outputs(weights="bb")), PLAIN, original_deterministic=True)
    assert verdict.level is Level.DIVERGENT


def test_mismatch_without_entropy_is_divergent_at_once() -> None:
    """A run that draws no entropy cannot be explained by chance: no fresh replays are asked for."""
    verdict = judge(outputs({"mse": 1.0}), exact(*scores(1.5, 1.5, name="mse")), PLAIN, original_deterministic=True)
    assert verdict.level is Level.DIVERGENT
    assert verdict.needed is None
    assert verdict.exit_code == 1


def test_mismatch_alone_is_inconclusive() -> None:
    """Without fresh replays nobody knows whether a mismatch is more than the run's own randomness."""
    verdict = judge(outputs({"mse": 1.25}), exact(*scores(1.5, 1.75, name="mse")), PLAIN)
    assert verdict.level is Level.INCONCLUSIVE
    assert group(verdict, ReplayKind.EXACT).level is Level.DIVERGENT
    assert verdict.needed == 3
    assert verdict.exit_code == 5


def test_exact_decides_before_fresh() -> None:
    """Bitwise exact replays decide, and divergent fresh ones are told with it; the kinds are not pooled."""
    original = outputs({"score": 50.0})
    verdict = judge(original, [*exact(original, original), *fresh(*drawn(8))], PLAIN)
    assert verdict.level is Level.BITWISE
    assert group(verdict, ReplayKind.FRESH).level is Level.DIVERGENT
    assert "not an ordinary draw" in words(verdict)
    assert group(verdict, ReplayKind.EXACT).replays == 2


def test_fresh_decides_where_exact_differs() -> None:
    """An unrecorded seed: exact replays differ, fresh ones say that the original is an ordinary draw."""
    runs = drawn(12)
    verdict = judge(runs[0], [*exact(*runs[1:3]), *fresh(*runs[3:])], PLAIN)
    assert verdict.level is Level.STATISTICAL
    assert "; exact replays: divergent" in words(verdict)


def test_declared_tolerance_decides() -> None:
    """A declared tolerance takes the place of the default one, by pattern."""
    wide = Tolerances({"m*": Tolerance(atol=0.5)})
    verdict = judge(outputs({"mse": 1.25}), exact(*scores(1.5, name="mse")), wide)
    assert verdict.level is Level.NUMERICAL
    assert item(verdict, "mse").evidence.tolerance == AppliedTolerance(ToleranceOrigin.DECLARED, atol=0.5)


def test_tolerance_zero_can_be_declared() -> None:
    """Declaring zero makes one ULP a divergence."""
    none = Tolerances({"mse": Tolerance()})
    verdict = judge(outputs({"mse": 0.1}), exact(*scores(0.1 + 2**-56, name="mse")), none, original_deterministic=True)
    assert verdict.level is Level.DIVERGENT


def test_measurements_of_time_do_not_count() -> None:
    """fit_time differs in every replay and says so, but the verdict is about results."""
    runs = [outputs({"mse": 0.1, "fit_time": t}) for t in (1.5, 1.25, 1.75)]
    verdict = judge(runs[0], exact(*runs[1:]), PLAIN)
    assert verdict.level is Level.BITWISE
    assert not item(verdict, "fit_time").counts
    assert "a measurement of time: shown, does not count" in words(item(verdict, "fit_time"))


def test_declared_measurements_count() -> None:
    """Who declares a tolerance for a time wants it judged."""
    runs = [outputs({"mse": 0.1, "fit_time": t}) for t in (1.5, 9.25)]
    verdict = judge(runs[0], exact(runs[1]), Tolerances({"fit_time": Tolerance(rtol=0.5)}), original_deterministic=True)
    assert verdict.level is Level.DIVERGENT


def test_metric_that_a_replay_lacks() -> None:
    """A metric that is not logged again is a difference, as is a new one."""
    verdict = judge(outputs({"a": 0.5, "b": 0.5}), exact(outputs({"a": 0.5, "c": 0.5})), PLAIN)
    assert words(item(verdict, "b")) == "not logged in 1 of 1 replay"
    assert words(item(verdict, "c")) == "logged in 1/1 replays, not in the original"
    assert group(verdict, ReplayKind.EXACT).level is Level.DIVERGENT


def test_stdout_counts_only_without_metrics() -> None:
    """What is printed decides for a program that never logged a metric, and only there."""
    a, b = "loss 0.25\n", "loss 0.5\n"
    silent = judge(outputs({"m": 0.5}, stdout=a), exact(outputs({"m": 0.5}, stdout=b)), PLAIN)
    assert silent.level is Level.BITWISE
    loud = judge(outputs(stdout=a), exact(outputs(stdout=b)), PLAIN, original_deterministic=True)
    assert loud.level is Level.DIVERGENT


def test_a_good_end_alone_is_no_result() -> None:
    """A program that gave nothing to compare was not verified by ending well twice."""
    verdict = judge(outputs(), exact(outputs(), outputs()), PLAIN)
    assert verdict.level is Level.INCONCLUSIVE


# --- failures


def test_nothing_ran() -> None:
    """All replays failed and the original had not: not executable, with the reason."""
    verdict = judge(outputs({"m": 0.5}), exact(CRASH, CRASH), PLAIN)
    assert verdict.level is Level.NOT_EXECUTABLE
    assert statement_text(verdict.statements[0]) == "2 of 2 replays failed (ValueError)"
    assert verdict.exit_code == 3


def test_what_was_logged_before_a_failure_is_compared() -> None:
    """Partial outputs of failed replays are compared, and the run is still not executable."""
    partial = outputs({"m": 0.5, "loss": [1.0, 0.5]}, failure=CRASH)
    verdict = judge(outputs({"m": 0.5, "loss": [1.0, 0.5, 0.25]}), exact(partial, partial), PLAIN)
    assert verdict.level is Level.NOT_EXECUTABLE
    assert item(verdict, "m").level is Level.BITWISE
    assert item(verdict, "loss").level is Level.INCONCLUSIVE
    assert "what 2 replays logged before failing is the same" in words(item(verdict, "loss"))
    assert verdict.statements[1] == statement(StatementCode.SAME_BEFORE_FAILING, metrics=("loss", "m"))


def test_what_was_never_logged_is_not_called_the_same() -> None:
    """Replays that failed before they logged anything say nothing of a metric, and the verdict says nothing of it."""
    verdict = judge(outputs({"m": 0.5}), exact(CRASH, CRASH), PLAIN)
    assert item(verdict, "m").statements == (statement(StatementCode.NOT_REACHED),)
    assert item(verdict, "m").evidence.replayed == ()
    assert [s.code for s in verdict.statements] == [StatementCode.NOTHING_RAN]


def test_what_was_logged_otherwise_before_a_failure_is_not_the_same() -> None:
    """Only metrics that agree are named."""
    partial = outputs({"m": 0.5, "k": 0.25}, failure=CRASH)
    verdict = judge(outputs({"m": 0.5, "k": 0.5}), exact(partial), PLAIN)
    assert verdict.level is Level.NOT_EXECUTABLE
    assert verdict.statements[1] == statement(StatementCode.SAME_BEFORE_FAILING, metrics=("m",))


def test_replays_that_vary_a_cause_are_no_draws() -> None:
    """They neither confirm nor refute the original, whatever they gave, and stand in no group."""
    original = outputs({"score": 0.5})
    varied = [replace(o, kind=ReplayKind.VARIED, index=50 + i) for i, o in enumerate(fresh(*drawn(20, mean=99.0)))]
    alone = judge(original, varied, PLAIN)
    assert (alone.level, alone.groups, alone.outcomes) == (Level.INCONCLUSIVE, (), ())
    assert [s.code for s in alone.statements] == [StatementCode.NO_REPLAYS]
    for replays in (exact(original, original), fresh(*drawn(8)), exact(*scores(0.75)), exact(CRASH)):
        assert judge(original, [*replays, *varied], PLAIN) == judge(original, replays, PLAIN)


def test_an_original_that_failed_is_never_a_yes() -> None:
    """That it failed is the headline, whether replays fail in the same way or end well."""
    failed = outputs({"m": 0.5}, failure=CRASH)
    for replays in (exact(failed, failed), fresh(*[failed] * 3)):
        verdict = judge(failed, replays, PLAIN)
        assert verdict.level is Level.NOT_EXECUTABLE
        assert verdict.exit_code == 3
        assert [g.level for g in verdict.groups] == [Level.NOT_EXECUTABLE]
        assert words(verdict).startswith(
            f"the original failed (ValueError), and {len(replays)} of {len(replays)} replays"
        )
    ended = judge(failed, exact(outputs({"m": 0.5})), PLAIN, original_deterministic=True)
    assert ended.level is Level.DIVERGENT
    assert ended.statements[0].code is StatementCode.ORIGINAL_FAILED


def test_a_status_that_is_not_zero_is_a_failure() -> None:
    """`sys.exit(3)` says that something went wrong, without any exception."""
    failed = replace(outputs({"m": 0.5}), exit_code=3)
    assert judge(failed, exact(failed), PLAIN).level is Level.NOT_EXECUTABLE


def test_nothing_to_compare_has_an_exit_code_of_its_own() -> None:
    """A good end, an empty stdout and times are no evidence, in replays of either kind."""
    for nothing in (
        outputs(),
        outputs(stdout=""),
        outputs(stdout=" \n"),
        outputs({"fit_time": 0.5}, stdout="took 3 s"),
    ):
        for replays in (exact(nothing, nothing), fresh(*[nothing] * 4)):
            verdict = judge(nothing, replays, PLAIN)
            assert (verdict.level, verdict.exit_code, verdict.needed) == (Level.INCONCLUSIVE, 4, None)
            assert verdict.statements[0].code is StatementCode.NOTHING_TO_COMPARE


def test_where_nothing_was_drawn_headline_and_table_agree() -> None:
    """The difference is no chance: the advice is what else it may be, and not more replays."""
    verdict = judge(outputs({"m": 0.5}), exact(outputs({"m": 0.25})), PLAIN, original_deterministic=True)
    assert (verdict.level, verdict.groups[0].level) == (Level.DIVERGENT, Level.DIVERGENT)
    codes = {s.code for s in verdict.statements}
    assert StatementCode.OTHER_CAUSES in codes
    assert StatementCode.ONLY_FRESH_CAN_TELL not in codes


def test_what_the_replays_changed_is_the_first_cause_to_look_at() -> None:
    """Other packages, say: nothing is said of threads and the time of day then."""
    changed = (Deviation("package toolz", "1.0", "0.12", "asked for"),)
    replayed = [replace(o, deviations=changed) for o in exact(outputs({"m": 0.25}))]
    verdict = judge(outputs({"m": 0.5}), replayed, PLAIN, original_deterministic=True)
    codes = {s.code for s in verdict.statements}
    assert verdict.level is Level.DIVERGENT
    assert StatementCode.CHANGES_MAY_EXPLAIN in codes
    assert StatementCode.OTHER_CAUSES not in codes


def test_draws_that_were_repeated_are_not_the_cause() -> None:
    """Where all traced draws are those of the original, something else differs as well."""
    trace = {"random": "ab", "sqlalchemy": "1"}
    original = outputs({"m": 0.5})
    for drawn_again, said in (({"random": "ab", "sqlalchemy": "2"}, True), ({"random": "cd"}, False), ({}, False)):
        replayed = [replace(o, trace=drawn_again) for o in exact(outputs({"m": 0.25}))]
        codes = {s.code for s in judge(original, replayed, PLAIN, original_trace=trace).statements}
        assert StatementCode.ONLY_FRESH_CAN_TELL in codes
        assert (StatementCode.OTHER_CAUSES in codes) is said


def test_a_timeout_among_identical_replays_is_inconclusive() -> None:
    """The place was at fault, not the program: what it would have given is not known."""
    verdict = judge(outputs({"m": 0.5}), exact(outputs({"m": 0.5}), TIMEOUT), PLAIN)
    assert verdict.level is Level.INCONCLUSIVE
    assert verdict.needed == 1


def test_an_exception_among_identical_replays_diverges() -> None:
    """A program that sometimes raises does not do the same again."""
    verdict = judge(outputs({"m": 0.5}), exact(outputs({"m": 0.5}), CRASH), PLAIN, original_deterministic=True)
    assert verdict.level is Level.DIVERGENT


# --- fresh replays


def test_no_replays() -> None:
    """Nothing was done, nothing is claimed."""
    verdict = judge(outputs({"m": 0.5}), [], PLAIN)
    assert verdict.level is Level.INCONCLUSIVE
    assert verdict.needed == 3


@pytest.mark.parametrize("n", [1, 2])
def test_below_three_fresh_replays_nothing_is_concluded(n: int) -> None:
    """One and two fresh replays show differences only."""
    verdict = judge(outputs({"score": 99.5}), fresh(*drawn(n)), PLAIN)
    assert verdict.level is Level.INCONCLUSIVE
    assert verdict.needed == 3 - n
    assert item(verdict, "score").evidence.interval is None


@pytest.mark.parametrize(("n", "sigmas"), [(3, 6.5), (5, 4.1), (8, 3.5), (10, 3.3), (20, 3.0)])
def test_statistical_says_what_could_have_been_detected(n: int, sigmas: float) -> None:
    """Every statistical item carries interval, p-value and the detectable shift for its n."""
    runs = drawn(n + 1, seed=1)
    verdict = judge(runs[0], fresh(*runs[1:]), PLAIN)
    evidence = item(verdict, "score").evidence
    assert verdict.level is Level.STATISTICAL
    assert evidence.interval is not None
    assert evidence.p_value is not None
    assert evidence.detectable_sigmas == pytest.approx(sigmas, abs=0.06)
    assert "would have been detected with 80 % power" in words(item(verdict, "score"))
    assert "consistent is not proved equal" in words(verdict)


def test_a_far_original_is_divergent() -> None:
    """Far outside the prediction interval is divergent."""
    verdict = judge(outputs({"score": 9.5}), fresh(*drawn(8)), PLAIN)
    assert verdict.level is Level.DIVERGENT
    assert "outside the 95 % prediction interval" in words(item(verdict, "score"))


def test_the_rank_p_value_stands_beside_from_nineteen() -> None:
    """The distribution-free p-value is given where it can reject at all."""
    assert item(judge(drawn(1)[0], fresh(*drawn(18, seed=2)), PLAIN), "score").evidence.rank_p_value is None
    assert item(judge(drawn(1)[0], fresh(*drawn(19, seed=2)), PLAIN), "score").evidence.rank_p_value is not None


def test_holm_over_metrics() -> None:
    """A p-value just below 5 % rejects alone, and not among five other metrics."""
    noise = [drawn(9, seed=s, name=f"m{s}") for s in range(1, 6)]
    y = drawn(9, seed=9)
    original = outputs({"score": 2.3})
    assert judge(original, fresh(*y[1:]), PLAIN).level is Level.DIVERGENT
    merged = [replace(y[i], metrics=(*y[i].metrics, *(n[i].metrics[0] for n in noise))) for i in range(9)]
    first = replace(merged[0], metrics=(*original.metrics, *merged[0].metrics[1:]))
    assert judge(first, fresh(*merged[1:]), PLAIN).level is Level.STATISTICAL


def test_primary_metric_has_half_of_the_error() -> None:
    """A declared primary metric is corrected by 2, however many others there are."""
    noise = [drawn(9, seed=s, name=f"m{s}") for s in range(1, 6)]
    y = drawn(9, seed=9)
    merged = [replace(y[i], metrics=(*y[i].metrics, *(n[i].metrics[0] for n in noise))) for i in range(9)]
    evidence = item(judge(merged[0], fresh(*merged[1:]), Tolerances(primary="score")), "score").evidence
    assert evidence.p_value is not None
    assert evidence.p_adjusted == pytest.approx(min(1.0, 2 * evidence.p_value))


def test_metrics_that_are_functions_of_each_other_are_one_test() -> None:
    """Accuracy and error = 1 - accuracy are not corrected for being two."""
    runs = [outputs({"a": float(o.metrics[0].final), "b": 1.0 - 2.0 * o.metrics[0].final}) for o in drawn(9, seed=3)]
    verdict = judge(runs[0], fresh(*runs[1:]), PLAIN)
    assert item(verdict, "a").evidence.p_adjusted == pytest.approx(item(verdict, "a").evidence.p_value)
    assert "moves exactly with a" in words(item(verdict, "b"))


def test_zero_variance_and_equal() -> None:
    """New entropy changes nothing: same bits, p = 1."""
    verdict = judge(outputs({"m": 0.1}), fresh(*scores(0.1, 0.1, 0.1, name="m")), PLAIN)
    assert verdict.level is Level.BITWISE
    assert item(verdict, "m").evidence.p_value == 1.0
    assert "whatever the entropy" in words(item(verdict, "m"))


def test_zero_variance_within_tolerance() -> None:
    """All fresh replays equal, and the original next to them: numerical."""
    verdict = judge(outputs({"m": 0.1}), fresh(*scores(*[0.1 + 2**-56] * 3, name="m")), PLAIN)
    assert verdict.level is Level.NUMERICAL


def test_zero_variance_and_other() -> None:
    """All fresh replays equal, and the original elsewhere: a deterministic mismatch."""
    verdict = judge(outputs({"m": 0.1}), fresh(*scores(0.2, 0.2, 0.2, name="m")), PLAIN)
    assert verdict.level is Level.DIVERGENT
    assert "deterministic mismatch: all 3 replays give 0.2" in words(item(verdict, "m"))


def test_one_quantum_off_is_not_divergent() -> None:
    """An accuracy that is one test item off five equal ones is not rejected, thanks to the floor (p = .41)."""
    settings_ = Tolerances({"accuracy": Tolerance(quantum=0.01)})
    verdict = judge(outputs({"accuracy": 0.91}), fresh(*scores(*[0.9] * 5, name="accuracy")), settings_)
    assert verdict.level is Level.STATISTICAL
    assert item(verdict, "accuracy").evidence.p_value == pytest.approx(0.41, abs=0.01)


def test_nan_original_with_nan_replays() -> None:
    """NaN is a category: consistent where it occurs among the replays, with bounds on its probability."""
    verdict = judge(outputs({"m": NAN}), fresh(*scores(NAN, 0.5, 0.25, 0.75, name="m")), PLAIN)
    assert verdict.level is Level.STATISTICAL
    assert "nan in the original and in 1/4 replays" in words(item(verdict, "m"))


def test_nan_original_without_nan_replays() -> None:
    """NaN once and never again: inconclusive below 19 replays, divergent from there."""
    few = judge(outputs({"m": NAN}), fresh(*drawn(8, name="m")), PLAIN)
    assert (few.level, few.needed) == (Level.INCONCLUSIVE, 11)
    assert judge(outputs({"m": NAN}), fresh(*drawn(19, name="m")), PLAIN).level is Level.DIVERGENT


def test_nan_in_all_exact_replays_is_bitwise() -> None:
    """NaN equals NaN, infinity equals itself."""
    original = outputs({"m": NAN, "k": INF})
    assert judge(original, exact(original, original), PLAIN).level is Level.BITWISE


def test_infinite_replays_are_left_out_of_the_numeric_test() -> None:
    """A diverged replay is counted as such, not averaged."""
    verdict = judge(drawn(1, seed=5)[0], fresh(*drawn(6), *scores(INF)), PLAIN)
    assert verdict.level is Level.STATISTICAL
    assert item(verdict, "score").evidence.replays == 6
    assert "1 of 7 replays gave no number" in words(item(verdict, "score"))


def test_crashed_fresh_replays() -> None:
    """Some fail, some do not: the failure rate is told, numbers come from the others."""
    verdict = judge(drawn(1, seed=5)[0], fresh(*drawn(6), CRASH, CRASH), PLAIN)
    assert verdict.level is Level.STATISTICAL
    assert group(verdict, ReplayKind.FRESH).failed == 2
    assert words(item(verdict, "exit")).startswith("2 of 8 replays end differently (ValueError)")


def test_metric_missing_in_some_fresh_replays() -> None:
    """A metric that some replays never logged is a category like NaN."""
    verdict = judge(drawn(1, seed=5)[0], fresh(*drawn(6), outputs({"other": 0.5})), PLAIN)
    assert item(verdict, "score").evidence.replays == 6
    assert words(item(verdict, "other")).startswith("not logged in the original and in 6/7 replays")


def test_repeated_roots_are_left_out() -> None:
    """The same entropy again is no further evidence; nor is the original's own."""
    runs = fresh(*drawn(5))
    twice = [*runs, *(replace(o, index=o.index + 5) for o in runs)]
    verdict = judge(drawn(1, seed=5)[0], twice, PLAIN, original_root=runs[0].root)
    assert item(verdict, "score").evidence.replays == 4
    assert "6 replays left out: the entropy root was used before" in words(group(verdict, ReplayKind.FRESH))


def test_curves_of_other_length_are_tested_by_their_number_of_steps() -> None:
    """Early stopping at another step is a difference of its own."""
    runs = fresh(*[outputs({"loss": [1.0 / (t + 1) + 0.01 * i for t in range(9 + i % 2)]}) for i in range(8)])
    verdict = judge(outputs({"loss": [1.0 / (t + 1) + 0.035 for t in range(30)]}), runs, PLAIN)
    assert verdict.level is Level.DIVERGENT
    assert "number of steps 30, in replays 9 to 10" in words(item(verdict, "loss"))


def test_better_than_every_replay_is_a_warning() -> None:
    """A lucky seed is not refuted, but it is said."""
    verdict = judge(outputs({"accuracy": 0.935}), fresh(*drawn(8, name="accuracy", mean=0.9, sd=0.02)), PLAIN)
    assert verdict.level is Level.STATISTICAL
    assert "better than every fresh replay in accuracy: chance 1 in 9" in words(verdict)


def test_best_of_many_is_tested_as_such() -> None:
    """Declared as the best of 5, an original above 8 replays is inconclusive: 95 replays could tell."""
    verdict = judge(
        outputs({"accuracy": 0.935}),
        fresh(*drawn(8, name="accuracy", mean=0.9, sd=0.02)),
        Tolerances(selected_from=5),
    )
    assert verdict.level is Level.INCONCLUSIVE
    assert verdict.needed == 95 - 8
    assert "picked as the best of 5" in words(item(verdict, "accuracy"))


def test_equivalence_needs_a_margin() -> None:
    """The word equivalent stands only where a margin was declared, was large enough to test, and the test passed."""
    runs = fresh(*drawn(10, sd=0.01))
    original = outputs({"score": 0.001})
    assert "equivalen" not in words(item(judge(original, runs, PLAIN), "score"))
    wide = Tolerances({"score": Tolerance(margin=0.1)})
    assert "equivalent within the declared margin 0.1" in words(item(judge(original, runs, wide), "score"))
    narrow = Tolerances({"score": Tolerance(margin=0.01)})
    assert "is not tested" in words(item(judge(original, runs, narrow), "score"))


def test_printed_numbers_are_tested_without_metrics() -> None:
    """A program that only prints is judged by what it prints."""
    texts = [f"epoch done\naccuracy: {a}\n" for a in (0.91, 0.93, 0.9, 0.92, 0.94, 0.9)]
    verdict = judge(outputs(stdout=texts[0]), fresh(*[outputs(stdout=t) for t in texts[1:]]), PLAIN)
    assert verdict.level is Level.STATISTICAL
    assert item(verdict, "printed: accuracy").evidence.replays == 5


def test_other_weights_in_fresh_replays_do_not_count() -> None:
    """New entropy may give other weights; equal metrics with other weights are said to be that."""
    runs = fresh(*[outputs({"acc": 1.0}, weights=f"{i}") for i in range(3)])
    assert judge(outputs({"acc": 1.0}, weights="x"), runs, PLAIN).level is Level.METRICS_BITWISE


def test_fresh_replays_cannot_undo_a_mismatch_of_exact_ones() -> None:
    """Where exact replays differ, equal fresh ones make the original an ordinary draw, not a bitwise result."""
    same = [outputs({"m": 0.5})] * 3
    verdict = judge(outputs({"m": 0.5}), [*exact(outputs({"m": 0.75})), *fresh(*same)], PLAIN)
    assert verdict.level is Level.STATISTICAL


def test_deviations_are_carried() -> None:
    """Deviations of all replays are told once each."""
    deviation = Deviation("environment", "numpy 1", "numpy 2")
    runs = [replace(o, deviations=(deviation,)) for o in exact(*scores(0.5, 0.5))]
    verdict = judge(outputs({"score": 0.5}), runs, PLAIN, run_id="abc")
    assert verdict.deviations == (deviation,)
    assert verdict.run_id == "abc"


# --- properties

values = st.sampled_from([0.1, 0.1 + 2**-56, 0.2, 0.3, NAN])
kinds = st.sampled_from([ReplayKind.EXACT, ReplayKind.FRESH])


@st.composite
def some_outcomes(draw: st.DrawFn) -> list[Outcome]:
    """Replays of both kinds, some failed."""
    made = []
    for i in range(draw(st.integers(1, 8))):
        failed = draw(st.booleans()) and draw(st.booleans())
        out = None if failed else outputs({"a": draw(values), "loss": [1.0, draw(values)]})
        made.append(Outcome(i, draw(kinds), f"{i:064x}", out, CRASH if failed else None))
    return made


@settings(max_examples=60, deadline=None)
@given(some_outcomes(), st.randoms(use_true_random=False))
def test_order_of_outcomes_does_not_matter(outcomes: list[Outcome], shuffler: random.Random) -> None:
    """The same replays in another order give the same verdict."""
    original = outputs({"a": 0.1, "loss": [1.0, 0.1]})
    mixed = list(outcomes)
    shuffler.shuffle(mixed)
    assert repr(judge(original, mixed, PLAIN)) == repr(judge(original, outcomes, PLAIN))


@settings(max_examples=60, deadline=None)
@given(some_outcomes(), kinds, st.sampled_from([CRASH, TIMEOUT]), st.booleans())
def test_a_failing_replay_never_strengthens(
    outcomes: list[Outcome], kind: ReplayKind, failure: Failure, deterministic: bool
) -> None:
    """One more replay that failed leaves the level as it is, or weakens it."""
    original = outputs({"a": 0.1, "loss": [1.0, 0.1]})
    before = _level(original, outcomes, deterministic)
    after = _level(original, [*outcomes, Outcome(99, kind, "ff" * 32, None, failure)], deterministic)
    assert after.rank >= before.rank


def _level(original: Outputs, outcomes: Sequence[Outcome], deterministic: bool) -> Level:
    return judge(original, outcomes, PLAIN, original_deterministic=deterministic).level


def test_a_coarse_metric_is_no_deterministic_mismatch() -> None:
    """All replays equal in one metric while another varies: ranks test it, and few replays cannot reject."""
    replays = fresh(*(outputs({"coarse": 0.5, "loss": 1.0 + i / 10}) for i in range(8)))
    verdict = judge(outputs({"coarse": 0.75, "loss": 1.35}), replays, Tolerances())
    coarse = item(verdict, "coarse")
    assert coarse.level is Level.STATISTICAL
    assert coarse.evidence.p_value == pytest.approx(1 / 9)
    alone = judge(outputs({"coarse": 0.75}), fresh(*(outputs({"coarse": 0.5}) for _ in range(8))), Tolerances())
    assert item(alone, "coarse").level is Level.DIVERGENT
