"""What a gate found, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.comparison import ComparedRun, MetricResult
from bis.model.gate import GateCode, GateFinding, GateResult, ProgramGate
from bis.report.text.gate_text import WORDS, finding_reason, gate_text
from tests.unit.report.gate_values import BASE, RUN, compared, moved, not_repeatable, passed


def text(result: GateResult) -> str:
    """On a wide terminal."""
    return gate_text(result, width=200)


def test_every_finding_has_words() -> None:
    """And no words are left over."""
    assert set(WORDS) == set(GateCode)


def test_a_change_that_passes() -> None:
    """The first line says so; then each program with its verdict."""
    said = text(passed()).splitlines()
    assert said[0] == "passed: 1 program"
    assert f"train.py --lr 0.1, run {RUN}" in said
    assert any("replays: bitwise: 2 metrics identical in 3/3" in line for line in said)


def test_a_metric_that_moved() -> None:
    """From what to what, and by which test."""
    said = text(moved())
    assert said.startswith("failed: train.py --lr 0.1: accuracy: moved beyond noise\n")
    assert "0.8 -> 0.9 (+0.1); B is higher (p = 0.001)" in said


def test_replays_that_failed() -> None:
    """How many of how many."""
    (program,) = moved().programs
    comparison = replace(compared(), b=ComparedRun(RUN, "", 6, 2))
    finding = GateFinding(GateCode.REPLAYS_FAILED)
    assert finding_reason(finding, replace(program, comparison=comparison)) == "2 of 8"


def test_metrics_within_noise() -> None:
    """Are counted, beside what was compared with."""
    (program,) = passed().programs
    result = GateResult((replace(program, comparison=compared(MetricResult.OPEN, p_adjusted=0.4), base=BASE),), "main")
    assert "main: 1 metric within noise" in text(result)


def test_a_program_that_is_new() -> None:
    """There is nothing to compare it with, which is told."""
    assert "not in main, so there is nothing to compare with" in text(replace(passed(), against="main"))


def test_what_the_audit_suspects() -> None:
    """With its place, where the program is not repeatable."""
    said = text(not_repeatable())
    assert said.startswith("failed: train.py --lr 0.1: not repeatable\n")
    assert "look at train.py:3: BIS301 no random_state" in said


@pytest.mark.parametrize(
    ("code", "exit_code", "word"),
    [
        (GateCode.PROGRAM_FAILED, 3, "could not run"),
        (GateCode.METRIC_UNDECIDED, 5, "undecided"),
        (GateCode.NOTHING_COMPARED, 4, "nothing to compare"),
    ],
)
def test_headlines(code: GateCode, exit_code: int, word: str) -> None:
    """Each exit code has its word."""
    result = GateResult((ProgramGate("p", RUN, findings=(GateFinding(code),), exit_code=7),))
    assert result.exit_code == exit_code
    assert text(result).startswith(f"{word}: p: ")
    assert finding_reason(GateFinding(GateCode.PROGRAM_FAILED), result.programs[0]) == "exit status 7"
