"""Records as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.facets import (
    Carried,
    Curve,
    Data,
    Failure,
    FileDigest,
    Outputs,
    StandardInput,
    Status,
    Variable,
)
from bis.model.record import State, missing_record
from bis.model.stored_runs import RunSummary, StoredVerdict
from bis.report.text.record_text import Shown, print_record, record_text
from tests.unit.report.values import record, statistical

if TYPE_CHECKING:
    import pytest

RECORD = """\
run 0123 (bold), FINISHED in MLflow
recorded by `bis run`, bis 0.1, started 2023-11-14 22:13:20 UTC, took 3.5 s

code         partial
  ! loaded late
  - script train.py --lr 0.1 (in .)
  - commit abc123def456 on main, with uncommitted changes
parameters   recorded
  - lr = 0.1
environment  recorded
  - CPython 3.11.7, 1 distribution
  - numpy 2.1
machine      missing
  ! not seen
data         missing
  ! not seen
randomness   recorded
  - entropy served from one recorded root, 0 requests
  - hash seed 0
  - seeds set by the program: numpy.random.seed(42) at train.py:3
  - seeds set by libraries: numpy.random.default_rng(7) by scipy
outputs      recorded
  - exit code 0

metric  last value  steps
mse            0.5      1
"""


def test_a_record_in_full() -> None:
    """Each facet with its status, its reasons and its facts, then the metrics."""
    assert record_text(record(code=Status.PARTIAL), Shown(run_id="0123", name="bold", status="FINISHED")) == RECORD


def test_a_run_that_bis_never_saw() -> None:
    """Everything is missing, and that is all that is said."""
    text = record_text(missing_record("recorded without bis"), Shown(run_id="0123"))
    assert text.count("missing\n  ! recorded without bis") == 7
    assert "never recorded by bis" in text


def test_a_killed_program() -> None:
    """What was seen until then is marked."""
    assert "the program was killed" in record_text(replace(record(), state=State.KILLED), width=160)


def test_state_that_was_carried_over() -> None:
    """Files that the program changed are named; where there are none, nothing is said."""
    changed = replace(record(), data=Data(Status.RECORDED, carried=Carried("a", files=(FileDigest("n.txt", 1, "aa"),))))
    assert "  - changed by the program, kept as they were before: n.txt\n" in record_text(changed)
    assert "changed" not in record_text(replace(record(), data=Data(Status.RECORDED, carried=Carried())))


def test_long_lists_are_cut() -> None:
    """Thirty metrics: twenty are shown, all when asked for."""
    curves = tuple(Curve(f"m{i:02}", (0,), ((0.5).hex(),)) for i in range(30))
    long = replace(record(), outputs=Outputs(Status.RECORDED, metrics=curves))
    assert "and 10 more metrics" in record_text(long)
    assert "m29" in record_text(long, full=True)


def test_printing_is_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout."""
    print_record(record(code=Status.PARTIAL), Shown(run_id="0123", name="bold", status="FINISHED"))
    assert capsys.readouterr().out == RECORD


REPLAYS = tuple(
    RunSummary(
        f"{i:032x}",
        "0",
        "Default",
        f"replay {i}",
        "FAILED" if i == 1 else "FINISHED",
        1.7e9 + i,
        tags={"bis.replay.kind": "fresh", "bis.replay.same_metrics": f"{i}/4"} if i else {},
    )
    for i in range(3)
)
RESULTS = """\
verdict      statistical
  - fresh: statistical in 5 replays
  - reached 2023-11-14 22:13:20 UTC by bis 0.1

replay    kind   started (UTC)        ended     same metrics
00000000  -      2023-11-14 22:13:20  FINISHED             -
00000000  fresh  2023-11-14 22:13:21  FAILED             1/4
00000000  fresh  2023-11-14 22:13:22  FINISHED           2/4
"""


def test_the_latest_verdict_and_the_replays() -> None:
    """The level of each kind of replays, when it was reached, and a row for each replay."""
    shown = Shown(verdict=StoredVerdict(statistical(), 1.7e9, "0.1"), replays=REPLAYS)
    assert record_text(record(), shown).endswith("\n\n" + RESULTS)


def test_the_verdict_in_full() -> None:
    """As `bis replay` printed it, in colour too; and all replays, not only the latest ones."""
    shown = Shown(verdict=StoredVerdict(statistical(), 1.7e9, "0.1"), replays=REPLAYS * 5)
    text = record_text(record(), shown, full=True, width=120)
    assert "0.85 .. 0.95" in text
    assert text.count("FAILED") == 5
    assert "\x1b[" in record_text(record(), shown, full=True, width=120, colour=True)
    short = record_text(record(), shown)
    assert short.count("FAILED") < 5
    assert short.endswith("and 7 earlier replays\n")


def test_a_verdict_that_cannot_be_read() -> None:
    """The record is shown all the same, with the reason."""
    text = record_text(record(), Shown(verdict_problem="bis/verdict.json is not JSON"), width=120)
    assert "! the verdict cannot be read: bis/verdict.json is not JSON" in text


def test_a_replay_says_what_it_replays() -> None:
    """Instead of how it was recorded: it was made by `bis replay`."""
    tags = {"bis.replay.of": "ab" * 16, "bis.replay.kind": "exact", "bis.replay.index": "2"}
    text = record_text(missing_record("x"), Shown(run_id="0123", tags=tags), width=120)
    assert text.splitlines()[1] == f"replay 3 (exact) of run {'ab' * 16}"
    same = {**tags, "bis.replay.same_metrics": "3/4"}
    assert ": 3/4 metrics have the same bits" in record_text(missing_record("x"), Shown(tags=same), width=120)


def test_what_a_program_failed_with_is_shown() -> None:
    """The message and the end of its traceback, all of it with --full, and no escape code."""
    trace = "\n".join(f"\x1b[31mframe {i}\x1b[0m" for i in range(40))
    failure = Failure("exception", "cell 3 raised \x1b[1mValueError\x1b[0m: x", cell=3, traceback=trace)
    failed = replace(record(), outputs=Outputs(Status.RECORDED, failure=failure))
    text = record_text(failed)
    assert "  - failed: exception: cell 3 raised ValueError: x\n      (24 lines before)\n      frame 24\n" in text
    assert "      frame 39\n" in text
    assert "      frame 0\n" in record_text(failed, full=True)
    assert "\x1b" not in text


def test_a_hundred_reasons_do_not_push_the_verdict_away() -> None:
    """Eight are shown, and how many more there are."""
    unread = Data(Status.PARTIAL, tuple(f"file {i} cannot be read" for i in range(100)))
    text = record_text(replace(record(), data=unread))
    assert "  ! file 7 cannot be read\n  ! and 92 more (--full)\n" in text
    assert "file 99 cannot be read" in record_text(replace(record(), data=unread), full=True)


def test_what_the_program_was_given_is_shown() -> None:
    """Variables with the values that were kept, or why there is none; standard input where it was read."""
    variables = (Variable("LR", "0.5"), Variable("FLAG", there=False), Variable("TOKEN", secret=True), Variable("HOST"))
    stdin = StandardInput("pipe", read=True, size_bytes=12, digest="ab")
    parameters = replace(record().parameters, variables=variables, stdin=stdin)
    text = record_text(replace(record(), parameters=parameters), width=300)
    assert "LR=0.5, FLAG (not set), TOKEN (a secret), HOST (value not recorded)" in text
    assert "read from standard input (a pipe): 12 B" in text
    unread = replace(parameters, stdin=StandardInput("pipe"))
    assert "standard input" not in record_text(replace(record(), parameters=unread), width=300)
