"""Verdicts of the real judge over a wide set of scenes, so that every statement is made at least once."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image, ImageColor

from bis._verify.judgement import judge
from bis._verify.published.published_table import parse_table
from bis._verify.published.saved_outputs import NotebookRun, compare_saved_outputs
from bis._verify.published.table_comparison import compare_table
from bis._verify.sessions.session_judgement import judge_session
from bis._verify.sessions.siblings import with_selection
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.facets import CellOutput, Failure, FileDigest, OutputPart, Outputs, PrintedRest
from bis.model.search_trial import NotAlone
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Deviation, Outcome, ReplayKind, Verdict
from bis.model.written_content import ContentKind
from bis.notebooks.shown_outputs import ShownCell, ShownOutput
from tests.unit._verify.contents import content, named, wrote
from tests.unit._verify.runs import CRASH, TIMEOUT, Values, curve, drawn, exact, fresh, outputs
from tests.unit._verify.sessions.session_values import replay, run, session

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
    changed = [replace(o, deviations=(Deviation("package numpy", "1", "2"),)) for o in exact(outputs({"m": 0.75}))]
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
        judge(outputs({"m": 0.5}), changed, PLAIN, original_deterministic=True),
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
        *written_scenes(),
        judge(outputs(weights="aa", stdout="ok\n"), exact(outputs(weights="aa", stdout="ok\n")), PLAIN),
    ]


def written_scenes() -> list[Verdict]:
    """Files by what stands in them, and output that was cut."""
    a = wrote(
        content(
            "m.json", named("acc", 0.5), named("k", 0.1), named("n", 1.0, 2.0), named("same", 1.0), texts={"t": "x"}
        ),
        content("w.bin", kind=ContentKind.BYTES),
        base=outputs(stdout="acc 0.5\n"),
    )
    b = wrote(
        content("m.json", named("acc", 0.75), named("k", 0.1 + 2**-56), named("n", 1.0), named("same", 1.0)),
        content("w.bin", kind=ContentKind.BYTES, cut=True),
        base=outputs(stdout="acc 0.5\n"),
    )
    both = [replace(outputs(stdout=text), stderr_in_stdout=True) for text in ("a 1\nb\n", "b\na 1\n", "a 1\nc\n")]
    cut = [replace(outputs(stdout="a 1\n"), stdout_rest=PrintedRest(9, digest)) for digest in "xy"]
    killed = replace(outputs({"m": 0.5}, stdout="a 1\n"), exit_code=None, incomplete=tuple(OutputPart))
    beside = [wrote(*o.contents, base=outputs({"m": 0.5})) for o in (a, b)]
    return [
        judge(a, exact(a, b), PLAIN),
        judge(a, exact(outputs()), PLAIN),
        judge(cut[0], exact(cut[1]), PLAIN),
        *(judge(both[0], exact(other), PLAIN) for other in both[1:]),
        judge(killed, exact(outputs({"m": [0.5, 0.25], "n": 1.0}, stdout="a 1\nb 2\n")), PLAIN),
        judge(beside[0], exact(beside[1]), PLAIN),
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
    return [
        compare_table(table, ours),
        compare_table(table, [ours, ours], tolerances=loose),
        compare_table(parse_table("metric,value\nacc,0.33\n"), ours, names={"acc": "rounded"}),
        *(compare_table(three, runs) for runs in (near[:1], near, odd)),
        *saved_scenes(),
    ]


def shown(*outputs_of_cells: Mapping[str, str], position: int = 1) -> ShownCell:
    """A cell with these outputs, each by its forms; a stream or an error is named by its kind."""
    made = []
    for forms in outputs_of_cells:
        kind = next((k for k in forms if "/" not in k), "")
        made.append(ShownOutput(kind, {"text/plain": forms[kind]}) if kind else ShownOutput("display_data", forms))
    return ShownCell(position, outputs=tuple(made))


def png(*colours: str, size: tuple[int, int] = (8, 8)) -> str:
    """A picture with a pixel of each colour on white, as a notebook holds it."""
    picture, file = Image.new("RGB", size, "white"), io.BytesIO()
    for place, colour in enumerate(colours):
        picture.putpixel((place, 0), ImageColor.getrgb(colour))
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def saved_scenes() -> list[Verdict]:
    """The outputs of a notebook as they were saved, and now."""
    log = "2026/01/01 12:00:00 INFO mlflow.tracking: Experiment 1\n"
    table = '<table class="dataframe"><tr><th></th><th>rmse</th></tr><tr><th>0</th><td>0.5</td></tr></table>'
    first = "MSE: 2900.194\nshare: 0.5\nloss: 0.5\nmodel: forest\nauc: 0.5\nall 3\nfine\n"
    then = "MSE: 2900.1936284934804\nshare: 0.52\nloss: nan\nmodel: tree\nauc: 0.6\nelse\n"
    digits = "0.50000000000000001", "0.50000000000123456"
    before = [
        shown({"stdout": first}, {"stderr": log}),
        shown({"text/plain": "a b", "text/html": table}, position=2),
        shown({"text/plain": "LinearRegression()"}, {"stdout": digits[0]}, position=3),
        shown({"error": "KeyError: 'x'"}, position=4),
        shown({"error": "ValueError: y"}, position=5),
        shown({"error": "ValueError: y"}, position=6),
        ShownCell(7, "!pip install mlflow", (ShownOutput("stdout", {"text/plain": "Collecting mlflow"}),)),
        shown({"stdout": "served\n"}, position=8),
        ShownCell(9),
        ShownCell(11, "!ls", (ShownOutput("stdout", {"text/plain": "data 1"}),)),
        ShownCell(12, "id(model)", (ShownOutput("execute_result", {"text/plain": "140"}),)),
        shown({"stdout": "1 x 2\n3\n"}, position=10),
    ]
    after = [
        shown({"stdout": then}, {"stderr": log}),
        shown({"text/plain": "a b", "text/html": table.replace("rmse", "mae")}, position=2),
        shown({"text/plain": "LinearRegression(n_jobs=None)"}, {"stdout": digits[1]}, position=3),
        shown({"error": "KeyError: 'x'"}, position=4),
        shown({"error": "TypeError: z"}, position=5),
        ShownCell(6),
        shown({"stdout": "more\n"}, position=9),
        shown({"stdout": "1 y 2 4\n3\n5\n"}, {"error": "OSError: gone"}, position=10),
    ]
    pictures = [png("black"), png("#f8f8f8"), png(size=(9, 9)), "bad", png("white")]
    drawn = [shown({"image/png": png()}, position=i) for i in range(5)]
    redrawn = [shown({"image/png": one}, position=i) for i, one in enumerate(pictures)]
    svg = shown({"image/svg+xml": "<svg/>"}, position=9)
    ended = Failure("timeout", "the time limit of 9 s ended in cell 1", cell=1)
    return [
        compare_saved_outputs(before, NotebookRun(after, ran=set(range(11)) - {8})),
        compare_saved_outputs(before[:1], NotebookRun(after[:1]), tolerances=Tolerances({"*": Tolerance(atol=0.2)})),
        compare_saved_outputs(before, NotebookRun((), ran={1}, failure=ended)),
        compare_saved_outputs([*drawn, svg], NotebookRun([*redrawn, replace(drawn[0], position=9)])),
        compare_saved_outputs(drawn[:2], NotebookRun(drawn[:1], has_pictures=False)),
        compare_saved_outputs(drawn[:1], NotebookRun(())),
        compare_saved_outputs(
            [*before[:1], *drawn[2:3]], NotebookRun([shown(*[{"image/png": png()}] * 2, position=2)])
        ),
        compare_saved_outputs((), NotebookRun(())),
    ]


def stored() -> Verdict:
    """What the engine adds to a verdict: what the record lacks, and what could not be stored."""
    verdict = judge(outputs({"m": 0.5}), exact(outputs({"m": 0.5})), PLAIN, run_id="ab" * 16)
    added = (
        statement(StatementCode.FACET_LACKING, facet="data", consequence="files may differ"),
        statement(StatementCode.REPLAY_NOT_STORED, replay=1, message="no answer"),
        statement(StatementCode.REPLAYS_NOT_STORED, replays=(2, 3), message="no room"),
        statement(StatementCode.TRIAL_ALONE, trial=3),
        statement(StatementCode.TRIAL_ALONE_FRESH, trial=3),
        *(statement(StatementCode.TRIAL_WITH_PROGRAM, trial=3, reason=why.value) for why in NotAlone),
        *(
            statement(code, message="no answer")
            for code in (
                StatementCode.VERDICT_NOT_STORED,
                StatementCode.PAGE_NOT_STORED,
                StatementCode.MODELS_NOT_TAGGED,
                StatementCode.NOTE_NOT_WRITTEN,
            )
        ),
        statement(StatementCode.WARM_DIFFERS),
        statement(StatementCode.WARM_FAILED),
        statement(StatementCode.RAN_IN_SANDBOX, sandbox="namespaces", network=False, signals=True),
        statement(StatementCode.RAN_WITHOUT_SANDBOX),
        statement(StatementCode.PROGRAMS_NOT_WATCHED, programs=("cp", "git")),
    )
    deviation = Deviation("numpy", "1.0", "2.0", "asked for")
    return replace(verdict, statements=(*verdict.statements, *added), deviations=(deviation,))


def all_scenes() -> list[Verdict]:
    """All verdicts."""
    return [
        *exact_scenes(),
        *content_scenes(),
        *fresh_scenes(),
        *published_scenes(),
        *session_scenes(),
        stored(),
    ]


def session_scenes() -> list[Verdict]:
    """Several runs of one program."""
    runs = [
        run("p", {"best": 0.9}, name="sweep"),
        *(run(f"c{i}", {"m": v}, parent="p") for i, v in enumerate((1.0, 2.0))),
    ]
    other = [
        run("q", {"best": 0.1}, name="sweep"),
        *(run(f"d{i}", {"m": v}, parent="q") for i, v in enumerate((2.0, 1.0))),
    ]
    original = session(*runs, run("e", name="empty"), total=5)
    old = replace(replay(*other), runs=None)
    best, said = with_selection(session(*runs, lead=2, alone=True), PLAIN)
    assert said is not None
    picked = judge_session(
        session(*runs, lead=2, alone=True), [replay(*runs, index=i, kind=ReplayKind.FRESH) for i in range(3)], best
    )
    return [
        replace(picked, statements=(*picked.statements, said)),
        judge_session(original, [old, replay(*other, run("e", name="empty"), index=1)], PLAIN, run_id="p"),
        judge_session(
            session(*runs), [replay(*runs, index=i, kind=ReplayKind.FRESH) for i in range(3)], PLAIN, run_id="p"
        ),
    ]


def varied(*given: Outputs) -> list[Outcome]:
    """Replays that varied one cause."""
    return [replace(o, kind=ReplayKind.VARIED) for o in exact(*given)]
