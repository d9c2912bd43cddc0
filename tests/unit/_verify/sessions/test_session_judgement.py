"""The verdict on all runs of a program."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bis._verify.sessions.session_judgement import SessionStopping, judge_session, run_labels, session_case
from bis._verify.stopping import ExactStopping, FreshStopping
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.facets import FileDigest, ModelWeights
from bis.model.statement import StatementCode
from bis.model.verdict import ItemKind, Level, Outcome, ReplayKind, Verdict
from bis.report.text.statement_text import statements_text
from tests.unit._verify.contents import content, named
from tests.unit._verify.runs import CRASH, TIMEOUT, outputs

from .session_values import replay, run, session

if TYPE_CHECKING:
    from bis._verify.sessions.original_session import OriginalSession

NOTHING = Tolerances()
PARENT = run("p", {"best": 0.9}, name="sweep")
CHILDREN = tuple(run(f"c{d}", {"acc": 0.5 + d / 7}, params={"d": str(d)}, parent="p") for d in (1, 2, 3))


def levels(verdict: Verdict) -> dict[str, Level | None]:
    """The level of each run."""
    return {r.run_id: r.level for r in verdict.runs}


def codes(verdict: Verdict) -> set[StatementCode]:
    """What is said of the whole."""
    return {s.code for s in verdict.statements}


def test_one_run_is_judged_as_ever() -> None:
    """A program of one run has no list of runs, and its items name none."""
    verdict = judge_session(session(PARENT), [replay(PARENT)], NOTHING, run_id="p")
    assert verdict.level is Level.BITWISE
    assert verdict.runs == ()
    assert [(i.name, i.run) for i in verdict.groups[0].items if i.kind is ItemKind.METRIC] == [("best", "")]
    assert verdict.statements[0].code is StatementCode.IDENTICAL


def test_the_weakest_run_decides() -> None:
    """A figure of the parent that is another one each time is not hidden by children that are the same."""
    other = [replay(run("q", {"best": v}, name="sweep"), *_children("q"), index=i) for i, v in enumerate((0.1, 0.2))]
    verdict = judge_session(session(PARENT, *CHILDREN), other, NOTHING, original_deterministic=True)
    assert verdict.level is Level.DIVERGENT
    assert levels(verdict) == {"p": Level.DIVERGENT, **{c.identity.run_id: Level.BITWISE for c in CHILDREN}}
    headline, tally = verdict.statements[:2]
    assert headline.code is StatementCode.RUNS_COMPARED
    assert headline.figures == {"compared": 4, "total": 4}
    assert tally.figures == {"levels": ("divergent", "bitwise"), "counts": (1, 3)}


def _children(parent: str, order: tuple[int, ...] = (3, 1, 2)) -> list:  # type: ignore[type-arg]
    return [run(f"r{d}", {"acc": 0.5 + d / 7}, params={"d": str(d)}, parent=parent) for d in order]


def test_order_of_creation_changes_nothing() -> None:
    """Children in another order in each replay: the same bits."""
    orders = ((1, 2, 3), (3, 2, 1), (2, 3, 1))
    made = [replay(run("q", {"best": 0.9}, name="sweep"), *_children("q", o), index=i) for i, o in enumerate(orders)]
    verdict = judge_session(session(PARENT, *CHILDREN), made, NOTHING)
    assert verdict.level is Level.BITWISE
    assert {(i.name, i.run) for i in verdict.groups[0].items if i.run} == {
        ("best", "p"),
        ("acc", "c1"),
        ("acc", "c2"),
        ("acc", "c3"),
    }
    assert StatementCode.RUNS_AS_SET not in codes(verdict)
    assert [r.replays for r in verdict.runs] == [3, 3, 3, 3]


def test_what_belongs_to_the_program_is_judged_once() -> None:
    """The printed text and the end are one item each, and of no run."""
    made = [replay(PARENT, *_children("p"), stdout="x")]
    verdict = judge_session(session(PARENT, *CHILDREN, stdout="x"), made, NOTHING)
    whole = [i.kind for i in verdict.groups[0].items if not i.run]
    assert whole == [ItemKind.EXIT, ItemKind.STDOUT]


def test_a_set_is_said_to_be_one() -> None:
    """Runs that only results tell apart are bitwise as a set, and the verdict says so."""
    alike = [run(f"a{i}", {"m": v}) for i, v in enumerate((0.1, 0.2, 0.3))]
    again = [run(f"b{i}", {"m": v}) for i, v in enumerate((0.3, 0.1, 0.2))]
    verdict = judge_session(session(*alike), [replay(*again)], NOTHING)
    assert verdict.level is Level.BITWISE
    [told] = [s for s in verdict.statements if s.code is StatementCode.RUNS_AS_SET]
    assert told.figures == {"runs": 3}
    assert all(r.by_results for r in verdict.runs)


def test_another_number_of_runs_is_a_difference() -> None:
    """One more or one fewer, even where it logged nothing."""
    for made in (replay(PARENT, *_children("p"), run("x")), replay(PARENT, *_children("p")[:2])):
        verdict = judge_session(session(PARENT, *CHILDREN), [made], NOTHING, original_deterministic=True)
        assert verdict.level is Level.DIVERGENT
        [number] = [i for i in verdict.groups[0].items if i.kind is ItemKind.RUNS]
        assert number.level is Level.DIVERGENT
        assert number.statements[0].figures == {"original": 4, "replayed": (len(made.runs or ()),)}
    same = judge_session(session(PARENT, *CHILDREN), [replay(PARENT, *_children("p"))], NOTHING)
    assert not [i for i in same.groups[0].items if i.kind is ItemKind.RUNS]


def test_an_unknown_number_of_runs_is_not_judged() -> None:
    """A record of before it was kept."""
    made = replay(PARENT, *_children("p"), run("x"))
    assert judge_session(session(PARENT, *CHILDREN, total=None), [made], NOTHING).level is Level.BITWISE


def test_runs_that_a_failed_replay_did_not_reach_are_open() -> None:
    """Their absence says nothing; what came before is compared."""
    cut = replay(PARENT, *_children("p", (1,)), failure=TIMEOUT)
    verdict = judge_session(session(PARENT, *CHILDREN), [replay(PARENT, *_children("p")), cut], NOTHING)
    assert verdict.level is Level.INCONCLUSIVE
    assert not [i for i in verdict.groups[0].items if i.kind is ItemKind.RUNS]
    assert levels(verdict)["c2"] is Level.BITWISE  # in the other replay
    assert [r.replays for r in verdict.runs] == [2, 2, 1, 1]


def test_runs_that_could_not_be_compared_are_counted() -> None:
    """Some are not in the store, some logged nothing: the headline says how many runs the verdict is about."""
    verdict = judge_session(
        session(PARENT, *CHILDREN, run("e", name="empty"), total=7),
        [replay(PARENT, *_children("p"), run("e2", name="empty"), run("l", {"m": 1.0}), run("k"))],
        NOTHING,
    )
    assert verdict.level is Level.BITWISE
    assert verdict.statements[0].figures == {"compared": 4, "total": 7}
    figures = {s.code: s.figures for s in verdict.statements}
    assert figures[StatementCode.RUNS_NOT_FOUND] == {"runs": 2}
    assert figures[StatementCode.RUNS_WITHOUT_RESULTS] == {"runs": 1}
    assert levels(verdict)["e"] is None


def test_runs_that_logged_nothing_are_no_evidence() -> None:
    """A program whose runs are all empty is not verified by them."""
    verdict = judge_session(session(run("a"), run("b")), [replay(run("c"), run("d"))], NOTHING)
    assert verdict.statements[0].figures["compared"] == 0
    assert all(level is None for level in levels(verdict).values())


def test_a_child_alone() -> None:
    """Only it is judged; the others help to find its counterpart."""
    alone = replace(session(*CHILDREN, lead=1), alone=True)
    worse = [run("r2", {"acc": 0.5 + 2 / 7}, params={"d": "2"}), run("r1", {"acc": 0.0}, params={"d": "1"})]
    verdict = judge_session(alone, [replay(*worse)], NOTHING, run_id="c2")
    assert verdict.level is Level.BITWISE
    assert verdict.runs == ()


def test_replays_of_one_run_are_left_out_and_counted() -> None:
    """Of a replay of before all runs were kept, nothing is known of the others; one run alone can be judged by it."""
    old = replace(replay(PARENT), runs=None, outputs=outputs({"best": 0.9}, stdout=""))
    made = [old, replay(PARENT, *_children("p"), index=1)]
    verdict = judge_session(session(PARENT, *CHILDREN), made, NOTHING)
    assert verdict.level is Level.BITWISE
    assert [o.index for o in verdict.outcomes] == [1]
    assert {s.code: s.figures for s in verdict.statements}[StatementCode.REPLAYS_OF_ONE_RUN] == {"replays": 1}
    assert judge_session(session(PARENT), [old], NOTHING).level is Level.BITWISE


def test_models_are_those_of_their_runs() -> None:
    """Another run's weights are no counterpart; models that were logged to no run are found wherever they were."""

    def two(first: str, second: str) -> list:  # type: ignore[type-arg]
        weights = [[ModelWeights("model", "sklearn", d, named=True)] for d in (first, second)]
        return [run(n, {"m": 1.0}, name=n, weights=w) for n, w in zip("ab", weights, strict=True)]

    original = session(*two("1", "2"))
    same, exchanged = (judge_session(original, [replay(*two(*d))], NOTHING) for d in (("1", "2"), ("2", "1")))
    assert (same.level, exchanged.level) == (Level.BITWISE, Level.METRICS_BITWISE)
    at_end = session(
        run("a", {"m": 1.0}, name="a"), run("b", {"m": 1.0}, name="b", weights=[ModelWeights("clf", "x", "9")])
    )
    made = replay(run("b", {"m": 1.0}, name="b"), run("a", {"m": 1.0}, name="a"), found=[ModelWeights("clf", "x", "9")])
    verdict = judge_session(at_end, [made], NOTHING)
    assert [(i.name, i.run, i.level) for i in verdict.groups[0].items if i.kind is ItemKind.MODEL] == [
        ("clf", "b", Level.BITWISE)
    ]


def test_artifacts_are_evidence_of_their_runs() -> None:
    """The result of a run without metrics may stand in an artifact, whatever the other runs logged."""

    def both(f1: float) -> tuple[OriginalSession, Outcome]:
        made = (run("p", {"acc": 0.5}, name="p"), run("c", name="c", parent="p"))
        found = content("res.json", named("f1", f1), named("auc", 1.0), artifact=True)
        digest = FileDigest("res.json", 10, found.digest)
        child = replace(made[1], outputs=replace(made[1].outputs, artifacts=(digest,), contents=(found,)))
        again = replay(made[0], child)
        assert again.outputs is not None
        whole = replace(again.outputs, contents=(replace(found, run="c"),))
        return session(made[0], child), replace(again, outputs=whole)

    (original, same), (_, other) = both(0.5), both(0.25)
    verdict = judge_session(original, [same], NOTHING)
    assert (verdict.level, levels(verdict)) == (Level.BITWISE, {"p": Level.BITWISE, "c": Level.BITWISE})
    verdict = judge_session(original, [other], NOTHING, original_deterministic=True)
    assert (verdict.level, levels(verdict)) == (Level.DIVERGENT, {"p": Level.BITWISE, "c": Level.DIVERGENT})
    assert statements_text(verdict.statements[:1]).startswith("all 2 runs: not the same: res.json: f1 (c); 1 of 1 ")
    fresh = [replace(other, index=i, kind=ReplayKind.FRESH, root=f"{i:064x}") for i in range(5)]
    group = judge_session(original, fresh, NOTHING).groups[0]
    assert {(i.name, i.run) for i in group.items if i.kind is ItemKind.METRIC} == {
        ("acc", "p"),
        ("res.json: f1", "c"),
        ("res.json: auc", "c"),
    }


def test_declarations_hold_for_the_metrics_of_all_runs() -> None:
    """A tolerance, and what measures the machine, by the metric's own name."""
    first = [run(n, {"acc": 0.9, "fit_time": 1.0}, name=n) for n in "ab"]
    again = [run(n, {"acc": 0.91, "fit_time": 2.0}, name=n) for n in "ba"]
    near = Tolerances(declared={"acc": Tolerance(atol=0.02)})
    verdict = judge_session(session(*first), [replay(*again)], near)
    assert verdict.level is Level.NUMERICAL
    assert {i.name for i in verdict.groups[0].items if i.run and not i.counts} == {"fit_time"}


def test_fresh_replays_are_one_family_of_tests() -> None:
    """Each run against its counterparts; p-values are corrected for the metrics of all runs."""
    rng = np.random.default_rng(5)

    def drawn() -> list:  # type: ignore[type-arg]
        order = rng.permutation(4)
        return [run(f"x{d}", {"acc": d + rng.normal(0, 0.1)}, params={"d": str(d)}) for d in order]

    made = [replay(*drawn(), index=i, kind=ReplayKind.FRESH) for i in range(8)]
    verdict = judge_session(session(*drawn()), made, NOTHING)
    assert verdict.level is Level.STATISTICAL
    raw = {i.run: i.evidence.p_value for i in verdict.groups[0].items if i.run}
    adjusted = {i.run: i.evidence.p_adjusted for i in verdict.groups[0].items if i.run}
    lowest = min(raw, key=lambda r: raw[r] or 1.0)
    assert adjusted[lowest] == min(1.0, 4 * (raw[lowest] or 1.0))
    far = session(*(run(f"x{d}", {"acc": d + (5.0 if d == 2 else 0.0)}, params={"d": str(d)}) for d in range(4)))
    away = judge_session(far, made, NOTHING)
    assert away.level is Level.DIVERGENT
    assert [r for r, level in levels(away).items() if level is Level.DIVERGENT] == ["x2"]


def test_tests_on_sets_keep_their_level() -> None:
    """Runs that only results tell apart: an ordinary original is rejected no more often than declared."""
    rng = np.random.default_rng(7)

    def drawn() -> list:  # type: ignore[type-arg]
        return [run(f"x{i}", {"acc": float(v)}) for i, v in enumerate(rng.normal(0, 1, 3))]

    rejected = sum(
        judge_session(
            session(*drawn()), [replay(*drawn(), index=i, kind=ReplayKind.FRESH) for i in range(6)], NOTHING
        ).level
        is Level.DIVERGENT
        for _ in range(120)
    )
    assert rejected <= 14  # 5 % of 120 are 6, and 14 or more occur once in 500


def test_a_primary_metric_is_that_of_the_lead() -> None:
    """It is tested with half of the error, and the metrics of all runs share the other half."""
    rng = np.random.default_rng(3)
    runs = [run(n, {"acc": 1.0, "loss": 1.0}, name=n) for n in "ab"]
    made = [
        replay(
            *(run(n, {"acc": rng.normal(1, 0.1), "loss": rng.normal(1, 0.1)}, name=n) for n in "ab"),
            index=i,
            kind=ReplayKind.FRESH,
        )
        for i in range(6)
    ]
    verdict = judge_session(session(*runs, lead=1), made, Tolerances(primary="acc"))
    found = {(i.name, i.run): i.evidence for i in verdict.groups[0].items if i.run}
    primary = found["acc", "b"]
    assert primary.p_value is not None
    assert primary.p_adjusted == min(1.0, 2 * primary.p_value)


def test_stopping_rules_see_all_runs() -> None:
    """A difference in any run ends exact replays; fresh ones are watched over the metrics of all runs."""
    original = session(PARENT, *CHILDREN)
    case = session_case(original, NOTHING, {})
    exact = SessionStopping(ExactStopping(case, 3), original, NOTHING)
    same = replay(PARENT, *_children("p"))
    other = replay(
        run("p", {"best": 0.9}, name="sweep"), *_children("p")[:2], run("r", {"acc": 0.0}, params={"d": "2"}), index=1
    )
    assert exact.needed([]) == 3
    assert exact.next([same])
    assert not exact.next([same, other])
    fresh = SessionStopping(FreshStopping(case), original, NOTHING)
    assert fresh.needed([]) == FreshStopping(case).needed([])


def test_runs_are_called_by_their_names() -> None:
    """By their ids where they have none or share one."""
    named = session(run("a" * 32, name="x"), run("b" * 32, name="x"), run("c" * 32, name="y"), run("d" * 32))
    assert run_labels(named) == {0: "x aaaaaaaa", 1: "x bbbbbbbb", 2: "y", 3: "dddddddd"}


def test_a_program_that_fails_before_its_runs_is_not_executable() -> None:
    """No run of any replay is there."""
    verdict = judge_session(session(PARENT, *CHILDREN), [replay(failure=CRASH)], NOTHING)
    assert verdict.level is Level.NOT_EXECUTABLE
