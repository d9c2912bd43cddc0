"""Written files in exact replays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.exact.content import content_items
from bis._verify.judgement import judge
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance
from bis.model.facets import FileDigest, Outputs
from bis.model.statement import StatementCode
from bis.model.verdict import Item, Level
from bis.model.written_content import ContentKind, NotRead, WrittenContent
from bis.report.text.statement_text import item_name, statement_text
from tests.unit._verify.contents import content, named, wrote
from tests.unit._verify.runs import exact, outputs, words

PLAIN = Tolerances()
METRIC = outputs({"m": 0.5})


def items(a: Outputs, *replays: Outputs, tolerances: Tolerances = PLAIN) -> dict[str, Item]:
    """The items on content, by name."""
    found = content_items(a, exact(*replays), tolerances, measured=frozenset({None}) if a.metrics else frozenset())
    return {item_name(i): i for i in found}


def unread(path: str, digest: str) -> WrittenContent:
    """A file of which only the digest is known."""
    return WrittenContent(path, ContentKind.BYTES, 4, digest, not_read=NotRead.KIND)


def test_a_number_in_a_file_that_differs_is_another_result() -> None:
    """Without metrics; the others of the file are the same."""
    a = wrote(content("m.json", named("acc", 0.5), named("loss", 1.0, 0.25)))
    b = wrote(content("m.json", named("acc", 0.75), named("loss", 1.0, 0.25)))
    found = items(a, a, b)
    assert (found["m.json: acc"].level, found["m.json: acc"].counts) == (Level.DIVERGENT, True)
    assert words(found["m.json: acc"]) == "written as 0.5 / 0.75; 1 of 2 numbers differ"
    assert (found["m.json"].level, words(found["m.json"])) == (Level.BITWISE, "2 numbers the same in 2/2")
    verdict = judge(a, exact(b), PLAIN)
    assert (verdict.level, statement_text(verdict.statements[0])) == (Level.INCONCLUSIVE, "not the same: m.json: acc")


def test_the_same_files_are_evidence() -> None:
    """Same bytes, or same numbers beside times and ids that pass."""
    a = wrote(content("m.json", named("acc", 0.5), named("fit_time", 1.0)))
    b = wrote(content("m.json", named("acc", 0.5), named("fit_time", 2.0)))
    assert judge(a, exact(a), PLAIN).level is Level.BITWISE
    assert judge(a, exact(b), PLAIN).level is Level.BITWISE
    assert not items(a, b)["m.json: fit_time"].counts
    only_times = [wrote(content("m.json", named("fit_time", float(i)))) for i in range(2)]
    assert judge(only_times[0], exact(only_times[1]), PLAIN).exit_code == 4
    empty = replace(outputs(), files=(FileDigest("out.txt", 0, "e"),))
    assert judge(empty, exact(empty), PLAIN).exit_code == 4


def test_tolerances_are_declared_by_file_and_name() -> None:
    """Rounding is numerical without a declaration; a declared pattern wins."""
    a, b = (wrote(content("m.json", named("acc", v))) for v in (0.1, 0.1 + 2**-56))
    assert items(a, b)["m.json: acc"].level is Level.NUMERICAL
    far = wrote(content("m.json", named("acc", 0.2)))
    declared = Tolerances({"m.json: acc": Tolerance(atol=0.2)})
    assert items(a, far, tolerances=declared)["m.json: acc"].level is Level.NUMERICAL


def test_beside_metrics_the_headline_names_the_file() -> None:
    """Metrics of the same bits, and an accuracy in a file that is not the same: said first, and in the table."""
    a, b = (wrote(content("m.json", named("acc", v)), base=METRIC) for v in (0.5, 0.75))
    verdict = judge(a, exact(b), PLAIN)
    assert (verdict.level, verdict.groups[0].level) == (Level.METRICS_BITWISE, Level.METRICS_BITWISE)
    assert statement_text(verdict.statements[0]).startswith("not the same: m.json: acc; 1 metric identical in 1/1")
    times = [wrote(content("m.json", named("fit_time", v)), base=METRIC) for v in (0.5, 0.75)]
    assert judge(times[0], exact(times[1]), PLAIN).level is Level.BITWISE


def test_texts_in_files() -> None:
    """A word that differs is another result, but not the name of a run or a place; numbers in texts are compared."""

    def texts(**given: str) -> Outputs:
        return wrote(content("m.json", texts=given))

    assert items(texts(best="svm"), texts(best="tree"))["m.json: best"].level is Level.DIVERGENT
    assert not items(texts(run_name="a"), texts(run_name="b"))["m.json: run_name"].counts
    found = items(texts(report="f1 0.5"), texts(report="f1 0.75"))
    assert found["m.json: f1"].level is Level.DIVERGENT


def test_plain_text_is_compared_like_printed_text() -> None:
    """Words and numbers apart; beside metrics it is shown."""
    a, b = (content("notes.txt", kind=ContentKind.TEXT, texts={"": f"acc: {v}\n"}) for v in (0.5, 0.75))
    assert items(wrote(a), wrote(b))["notes.txt: acc"].level is Level.DIVERGENT
    assert not items(wrote(a, base=METRIC), wrote(b, base=METRIC))["notes.txt: acc"].counts


@pytest.mark.parametrize(
    ("path", "printed", "level"),
    [
        ("weights.bin", "", Level.INCONCLUSIVE),
        ("weights.bin", "acc 0.5\n", Level.INCONCLUSIVE),
        ("plot.png", "", Level.INCONCLUSIVE),
        ("plot.png", "acc 0.5\n", Level.BITWISE),
    ],
)
def test_what_cannot_be_read_and_differs_leaves_it_open(path: str, printed: str, level: Level) -> None:
    """Never divergent; a picture beside numbers that were compared does not count."""
    base = outputs(stdout=printed)
    a, b = wrote(unread(path, "x"), base=base), wrote(unread(path, "y"), base=base)
    verdict = judge(a, exact(b), PLAIN)
    assert verdict.level is level
    assert verdict.needed is None
    assert items(a, b)[path].level is Level.INCONCLUSIVE


def test_weights_that_are_the_same_settle_a_file() -> None:
    """The bytes of a model's file hold times; its weights were compared."""
    base = outputs(weights="aa")
    a, b = wrote(unread("model.keras", "x"), base=base), wrote(unread("model.keras", "y"), base=base)
    assert judge(a, exact(b), PLAIN).level is Level.BITWISE


def test_words_alone_are_said_to_be_that() -> None:
    """The same words are the same words, and the headline does not claim more."""
    verdict = judge(outputs(stdout="done\n"), exact(outputs(stdout="done\n")), PLAIN)
    assert [s.code for s in verdict.statements] == [StatementCode.WORDS_ONLY]
    numbers = judge(outputs(stdout="acc 0.5\n"), exact(outputs(stdout="acc 0.5\n")), PLAIN)
    assert [s.code for s in numbers.statements] == [StatementCode.NO_METRICS]


def test_a_packed_model_does_not_leave_it_open() -> None:
    """What MLflow writes beside a model holds ids and times."""
    base = outputs(stdout="acc 0.5\n")
    runs = []
    for digest in "xy":
        paths = ("model/MLmodel", "model/python_model.pkl", "modeling.bin")
        made = [replace(unread(p, digest if p != "modeling.bin" else "z"), artifact=True) for p in paths]
        runs.append(wrote(*made, base=base))
    assert judge(runs[0], exact(runs[1]), PLAIN).level is Level.BITWISE


def test_a_log_file_is_read_like_standard_error() -> None:
    """Numbers count, words do not: lines of earlier executions may stand there."""
    texts = ("acc 0.5\nfirst\n", "acc 0.5\nother\n", "acc 0.75\nfirst\n")
    a, b, c = (wrote(content("train.log", kind=ContentKind.TEXT, texts={"": t})) for t in texts)
    assert judge(a, exact(b), PLAIN).level is Level.BITWISE
    assert judge(a, exact(c), PLAIN).groups[0].level is Level.DIVERGENT


def test_files_that_are_absent() -> None:
    """A result that was not written again; open, where a file of the sort answers to no other; shown, outside."""
    a = wrote(content("m.json", named("acc", 0.5)))
    assert items(a, outputs())["m.json"].level is Level.DIVERGENT
    assert items(a, wrote(content("n.json", named("acc", 0.5))))["m.json"].level is Level.INCONCLUSIVE
    assert not items(wrote(content("/elsewhere/m.json", named("acc", 0.5))), outputs())["/elsewhere/m.json"].counts


def test_more_or_fewer_numbers() -> None:
    """A series of another length, a name that is new."""
    a = wrote(content("m.json", named("loss", 1.0, 0.5)))
    found = items(a, wrote(content("m.json", named("loss", 1.0), named("new", 0.5))))
    assert words(found["m.json: loss"]) == "2 numbers / 1"
    assert found["m.json: new"].level is Level.DIVERGENT


def test_what_was_not_kept_is_not_the_same() -> None:
    """The kept numbers are, and the digest of all is not."""
    a, b = (
        content("a.npy", named("array", 1.0, count=9000, digest=d), kind=ContentKind.ARRAYS, cut=True) for d in "xy"
    )
    found = items(wrote(a), wrote(b))["a.npy: array"]
    assert (found.level, found.statements[0].code) == (Level.INCONCLUSIVE, StatementCode.REST_DIFFERS)
    texts = [content("t.txt", kind=ContentKind.TEXT, texts={"": "acc 1"}, cut=True) for _ in range(2)]
    verdict = judge(wrote(texts[0]), exact(wrote(replace(texts[1], digest="other"))), PLAIN)
    assert verdict.level is Level.INCONCLUSIVE


def test_artifacts_are_compared_like_files() -> None:
    """By the name in the run."""
    a, b = (wrote(content("m.json", named("acc", v), artifact=True)) for v in (0.5, 0.75))
    assert items(a, b)["m.json: acc"].level is Level.DIVERGENT


def test_replays_that_ended_otherwise_are_left_out() -> None:
    """What a replay lacks that was cut off was never reached."""
    a = wrote(content("m.json", named("acc", 0.5)))
    cut = replace(outputs(), exit_code=3)
    assert items(a, a, cut) == items(a, a)


def test_files_in_random_folders_are_paired_by_what_they_hold() -> None:
    """Threads write them in any order; where one holds another number, that is found."""
    a = [content(f"/srv/tmp{i}aaaaaaa/m.json", named("f1", i / 7)) for i in (1, 2, 3)]
    b = [content(f"/srv/tmp{9 - i}bbbbbbb/m.json", named("f1", i / 7)) for i in (1, 2, 3)]
    assert judge(wrote(*a), exact(wrote(*b)), PLAIN).level is Level.BITWISE
    other = content(b[0].path, named("f1", 0.9))
    assert judge(wrote(*a), exact(wrote(other, *b[1:])), PLAIN).level is Level.INCONCLUSIVE
    assert sum(i.level is Level.DIVERGENT for i in items(wrote(*a), wrote(other, *b[1:])).values()) == 1


def test_a_file_that_was_logged_is_judged_once() -> None:
    """As the artifact; a file of that name with other bytes is judged for itself."""
    figure, other = named("f1", 0.5), named("f1", 0.25)
    a = wrote(content("res.json", figure), content("out/res.json", figure, artifact=True))
    b = wrote(content("res.json", other), content("out/res.json", other, artifact=True))
    assert list(items(a, b)) == ["out/res.json: f1"]
    late = wrote(content("res.json", other), content("out/res.json", figure, artifact=True))
    assert "res.json" in "".join(items(late, b))


def test_keys_that_are_ids_or_times_are_paired() -> None:
    """As the names of files are: by the rest, and several by their values."""
    one, other = (f"3f2a9c1b-0000-4000-8000-00000000000{i}" for i in (1, 2))
    a = wrote(content("m.json", named(f"{one}.acc", 0.5), named(f"{other}.acc", 0.25), texts={f"{one}.model": "svm"}))
    x, y = (f"77ab0142-0000-4000-8000-00000000000{i}" for i in (1, 2))
    b = wrote(content("m.json", named(f"{x}.acc", 0.25), named(f"{y}.acc", 0.5), texts={f"{y}.model": "svm"}))
    assert judge(a, exact(b), PLAIN).level is Level.BITWISE
    c = wrote(content("m.json", named(f"{x}.acc", 0.25), named(f"{y}.acc", 0.75), texts={f"{y}.model": "svm"}))
    assert words(judge(a, exact(c), PLAIN)).startswith(f"not the same: m.json: {one}.acc")


def test_where_only_the_end_differs_the_headline_says_that() -> None:
    """And not what was compared."""
    a, b = outputs(stdout="ok"), replace(outputs(stdout="ok"), exit_code=2)
    assert words(judge(a, exact(a, b), PLAIN)).startswith("1 of 2 ended differently")
