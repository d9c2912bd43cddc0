"""Verdicts of the real judge over a wide set of scenes, so that every statement is made at least once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis._verify.judgement import judge
from bis._verify.published.expected import compare_saved_outputs, compare_table, parse_table
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.facets import CellOutput, Failure, FileDigest, Outputs
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Deviation, Outcome, ReplayKind, Verdict
from tests.unit._verify.runs import CRASH, TIMEOUT, Values, curve, drawn, exact, fresh, outputs

if TYPE_CHECKING:
    from collections.abc import Mapping

NAN, INF = float("nan"), float("inf")
PLAIN = Tolerances()
KILLED = Failure("killed", "ended by signal 9", signal=9)
IN_CELL = Failure("exception", "cell 3 raised KeyError: 'x'", cell=3, exception="KeyError")
EXITED = Failure("exception", "the program ended with exit status 3", exit_code=3)
Change = dict[str, Values]


def many(*given: Mapping[str, Values]) -> list[Outputs]:
    """Outputs with these metrics."""
    return [outputs(one) for one in given]


def exact_scenes() -> list[Verdict]:
    """Exact replays."""
    loss = [1.0, 0.5, 0.25, 0.125]
    one = outputs(
        {"m": 0.5, "loss": loss, "fit_time": 1.5, "system/cpu": 0.5, "steps_per_second": 2.0, "peak_ram": 1.0}
    )
    times: Change = {"fit_time": 2.5, "system/cpu": 0.75, "steps_per_second": 3.0, "peak_ram": 2.0}
    cut = outputs({"m": 0.5, "loss": loss[:2]}, failure=CRASH)
    moved = outputs({"m": 0.5 + 2**-53, "loss": [*loss[:2], 0.25 + 1e-7, 0.125 + 1e-5]})
    traced = [replace(o, trace={"sklearn": "b"}) for o in exact(outputs({"m": 0.75}))]
    return [
        judge(one, exact(one, outputs({"m": 0.5, "loss": loss, **times})), PLAIN),
        judge(one, exact(moved, outputs({"m": 0.75, "other": 1.0})), PLAIN),
        judge(one, exact(cut, cut), PLAIN),
        judge(one, exact(CRASH, TIMEOUT, KILLED, IN_CELL), PLAIN),
        judge(one, exact(one, cut), PLAIN),
        judge(outputs({"m": 0.5, "k": 0.1}), exact(*many({"m": 0.5, "k": 0.1 + 2**-56})), PLAIN),
        judge(outputs({"l": [0.1, 0.2]}), exact(*many({"l": [9.0, 0.2 + 2**-55]})), Tolerances(final_only=True)),
        judge(outputs({"l": [0.1, 0.2]}), exact(*many({"l": [0.1]})), PLAIN, original_deterministic=True),
        judge(outputs({"m": 0.5}), traced, PLAIN, original_trace={"sklearn": "a"}),
        judge(outputs({"m": NAN, "k": INF}), exact(*many({"m": 0.5, "k": -INF})), PLAIN),
        judge(outputs({"m": 0.5}), exact(outputs({"m": 0.5}), TIMEOUT), PLAIN),
        judge(outputs({"m": 0.5}, failure=IN_CELL), exact(outputs({"m": 0.5}, failure=IN_CELL)), PLAIN),
        judge(outputs({"m": 0.5}, failure=EXITED), exact(outputs({"m": 0.5})), PLAIN),
        judge(replace(outputs({"m": 0.5}), exit_code=3), exact(outputs({"m": 0.5}), outputs({"m": 0.5})), PLAIN),
        judge(outputs({"m": 0.5}), [replace(exact(one)[0], outputs=None)], PLAIN),
        judge(outputs({"m": 0.5}), [], PLAIN),
        judge(outputs({"l": loss}), exact(outputs({"l": [1.0, 0.5, 0.5, 0.5]})), PLAIN),
    ]


def content_scenes() -> list[Verdict]:
    """Models, files, printed text."""
    files = tuple(FileDigest(n, 1, d) for n, d in (("a", "x"), ("b", "y"), ("c", "z"), ("d", "")))
    other = (FileDigest("a", 1, "x"), FileDigest("b", 1, "yy"))
    a = replace(outputs({"m": 0.5}, weights="aa", stdout="t 1\n"), artifacts=files, files=files)
    b = replace(outputs({"m": 0.5}, weights="bb", stdout="t 2\n"), artifacts=other, files=other)
    print_a, print_b = "loss: 0.30000000000000004\n7\nacc: 0.5\ntook 1 s\n", "loss: 0.3\n8\nacc: 0.75\ntook 2 s\n"
    cells = (CellOutput(1, "stdout", "x: 1\n"), CellOutput(2, "result", "ok\n"))
    now = (CellOutput(1, "stdout", "x: 2\n"),)
    return [
        judge(a, exact(a, b), PLAIN),
        judge(a, exact(a, b), Tolerances(strict=True)),
        judge(outputs({"m": 0.5}, weights="aa"), exact(outputs({"m": 0.5})), PLAIN),
        judge(outputs(stdout=print_a), exact(outputs(stdout=print_b)), PLAIN),
        judge(outputs(stdout="fine\n"), exact(outputs(stdout="else\n")), PLAIN),
        judge(outputs(stdout="took 1 s at 0x7f00aa11bb22\n"), exact(outputs(stdout="took 2 s at 0x7f0\n")), PLAIN),
        judge(replace(outputs(), cells=cells), exact(replace(outputs(), cells=now)), PLAIN),
        judge(outputs(), exact(outputs(), outputs()), PLAIN),
        judge(outputs(weights="aa", stdout="ok\n"), exact(outputs(weights="aa", stdout="ok\n")), PLAIN),
    ]


def fresh_scenes() -> list[Verdict]:
    """Fresh replays."""
    rng_curves = [outputs({"loss": [1.0 / (t + 1) + d.metrics[0].final / 50 for t in range(9)]}) for d in drawn(25)]
    longer = outputs({"loss": [1.0 / (t + 1) for t in range(30)]})
    pairs = [
        outputs({"a": d.metrics[0].final, "b": 1 - 2 * d.metrics[0].final}, weights=f"{i}")
        for i, d in enumerate(drawn(9))
    ]
    five = [
        outputs({f"m{k}": drawn(9, seed=k)[i].metrics[0].final for k in range(5)} | {"fit_time": 1.0 + i})
        for i in range(9)
    ]
    lucky, ten = outputs({"accuracy": 0.935}), drawn(10, name="accuracy", mean=0.9, sd=0.02)
    wide, narrow = Tolerances({"score": Tolerance(margin=9.0)}), Tolerances({"score": Tolerance(margin=0.5)})
    tight = Tolerances({"score": Tolerance(margin=3.5)})
    coarse = [outputs({"coarse": 0.5, "loss": 1.0 + i / 10}) for i in range(8)]
    unknown = [replace(o, root=None) for o in fresh(*drawn(4))]
    skewed = [*drawn(20), outputs({"score": 9.0})]
    return [
        judge(drawn(1)[0], fresh(*drawn(9)[1:]), PLAIN),
        judge(outputs({"score": 50.0}), fresh(*drawn(8)), PLAIN),
        judge(outputs({"score": 2.2}), fresh(*skewed), PLAIN),
        judge(pairs[0], fresh(*pairs[1:]), PLAIN),
        judge(five[0], fresh(*five[1:]), PLAIN),
        judge(replace(five[0], metrics=(curve("m0", 9.0), *five[0].metrics[1:])), fresh(*five[1:]), PLAIN),
        judge(five[0], fresh(*five[1:7]), PLAIN, sequential=True),
        judge(
            replace(five[0], metrics=(curve("m0", 99.0), *five[0].metrics[1:])),
            fresh(*five[1:7]),
            PLAIN,
            sequential=True,
        ),
        judge(five[0], fresh(*five[1:]), Tolerances(primary="m1"), sequential=True),
        judge(outputs({"score": 50.0}), fresh(*drawn(8)), PLAIN, sequential=True),
        judge(drawn(1)[0], fresh(*drawn(20)[1:]), PLAIN, sequential=True),
        judge(rng_curves[0], fresh(*rng_curves[1:9]), PLAIN),
        judge(rng_curves[0], fresh(*rng_curves[1:]), PLAIN),
        judge(longer, fresh(*rng_curves[1:9]), PLAIN),
        judge(lucky, fresh(*ten), PLAIN),
        judge(lucky, fresh(*ten), Tolerances(selected_from=5)),
        *(judge(outputs({"score": 0.001}), fresh(*drawn(10)), t) for t in (wide, narrow, tight)),
        judge(outputs({"score": 1.0}), fresh(*drawn(10, sd=0.5)), Tolerances({"score": Tolerance(margin=1.6)})),
        judge(outputs({"score": 1.2}), fresh(*many(*({"score": (i - 9.5) / 9.5} for i in range(20)))), PLAIN),
        judge(outputs({"m": 0.1}), fresh(*many({"m": 0.1}, {"m": 0.1}, {"m": 0.1})), PLAIN),
        judge(outputs({"m": 0.1}), fresh(*many(*[{"m": 0.1 + 2**-56}] * 3)), PLAIN),
        judge(outputs({"m": 0.1}), fresh(*many(*[{"m": 0.2}] * 3)), PLAIN),
        judge(outputs({"coarse": 0.75, "loss": 1.35}), fresh(*coarse), PLAIN),
        judge(outputs({"m": NAN}), fresh(*many({"m": NAN}, {"m": 0.5}, {"m": 0.25}, {"m": INF})), PLAIN),
        judge(outputs({"m": NAN}), fresh(*drawn(8, name="m")), PLAIN),
        judge(outputs({"m": NAN}), fresh(*drawn(19, name="m")), PLAIN),
        judge(drawn(1)[0], fresh(*drawn(6), outputs({"score": INF})), PLAIN),
        judge(drawn(1)[0], fresh(*drawn(2)), PLAIN),
        judge(drawn(1)[0], fresh(*drawn(6), CRASH, CRASH, IN_CELL), PLAIN),
        judge(outputs({"score": 0.5}, failure=CRASH), fresh(*drawn(8)), PLAIN),
        judge(outputs({"score": 0.5}, failure=CRASH), fresh(*drawn(19)), PLAIN),
        judge(
            outputs({"score": 0.5}, failure=CRASH),
            fresh(*[replace(o, failure=CRASH, exit_code=1) for o in drawn(4)]),
            PLAIN,
        ),
        judge(drawn(1)[0], fresh(CRASH, CRASH), PLAIN),
        judge(drawn(1)[0], [*unknown, *fresh(*drawn(5)), *fresh(*drawn(3))], PLAIN),
        judge(drawn(1)[0], fresh(*drawn(5)), PLAIN, original_root=fresh(*drawn(1))[0].root),
        judge(drawn(12)[0], [*exact(*drawn(3)[1:]), *fresh(*drawn(12)[3:])], PLAIN),
        judge(outputs({"score": 50.0}), [*exact(outputs({"score": 50.0})), *fresh(*drawn(8))], PLAIN),
        judge(outputs({"score": 0.5}), [*exact(outputs({"score": 0.75})), *fresh(*drawn(2))], PLAIN),
    ]


def published_scenes() -> list[Verdict]:
    """Published tables and saved outputs."""
    names = (
        "metric,value\nbits,0.1\nrounded,0.33\ncut,2868.549702\ndigits,0.30000000000000000000\nother,0.87\nlost,0.5\n"
    )
    table = parse_table(names.replace("bits,0.1\n", "bits,0.1000000000000000055511151231257827\n"))
    ours = outputs({"bits": 0.1, "rounded": 1 / 3, "cut": 2868.5497028, "digits": 0.1 + 0.2, "other": 0.9, "lost": NAN})
    three = parse_table("run,accuracy\n1,0.88\n2,0.864\n3,0.873\n")
    near = many({"accuracy": 0.87}, {"accuracy": 0.868}, {"accuracy": 0.879})
    odd = many({"accuracy": 0.87}, {"accuracy": NAN}, {"accuracy": 0.879})
    loose = {"other": Tolerance(atol=0.5), "lost": Tolerance(atol=0.1)}
    saved = ["MSE: 2900.194", "MSE: 2900.194", "MSE: 2900.194", "loss: 0.5", "took 1 s", "ok", "fine", "7", "gone"]
    now = ["MSE: 2900.194", "MSE: 2900.1936284934804", "MSE: 2901.0", "loss: nan", "took 2 s", "ok", "else", "8"]
    return [
        compare_table(table, ours),
        compare_table(table, [ours, ours], tolerances=loose),
        compare_table(parse_table("metric,value\nacc,0.33\n"), ours, names={"acc": "rounded"}),
        *(compare_table(three, runs) for runs in (near[:1], near, odd)),
        compare_saved_outputs(
            [CellOutput(i, "stdout", t) for i, t in enumerate(saved)],
            [CellOutput(i, "stdout", t) for i, t in enumerate(now)],
        ),
        compare_saved_outputs((), ()),
    ]


def stored() -> Verdict:
    """What the engine adds to a verdict: what the record lacks, and what could not be stored."""
    verdict = judge(outputs({"m": 0.5}), exact(outputs({"m": 0.5})), PLAIN, run_id="ab" * 16)
    added = (
        statement(StatementCode.FACET_LACKING, facet="data", consequence="files may differ"),
        statement(StatementCode.REPLAY_NOT_STORED, replay=1, message="no answer"),
        statement(StatementCode.REPLAYS_NOT_STORED, replays=(2, 3), message="no room"),
        statement(StatementCode.VERDICT_NOT_STORED, message="no answer"),
    )
    deviation = Deviation("numpy", "1.0", "2.0", "asked for")
    return replace(verdict, statements=(*verdict.statements, *added), deviations=(deviation,))


def all_scenes() -> list[Verdict]:
    """All verdicts."""
    return [*exact_scenes(), *content_scenes(), *fresh_scenes(), *published_scenes(), stored()]


def varied(*given: Outputs) -> list[Outcome]:
    """Replays that varied one cause."""
    return [replace(o, kind=ReplayKind.VARIED) for o in exact(*given)]
