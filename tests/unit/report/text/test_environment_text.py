"""The section about environment settings."""

from __future__ import annotations

from bis.model.attribution import EffectOnTarget, EnvironmentEffect, TargetKind
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Deviation
from bis.report.text.environment_text import change_text, effect_cells, environment_parts
from bis.report.text.terminal import text_of

LOSS = EffectOnTarget("loss", TargetKind.METRIC, 6, False, 0.0125, 0.001, 0.024, 2 / 64, 0.0004, 7)
SAME = EffectOnTarget("net", TargetKind.MODEL, 6, True)


def test_a_line_for_each_result() -> None:
    """With bits, difference, test, share and the step at which the bits part; remarks below."""
    effect = EnvironmentEffect(
        "package:scikit-learn",
        "1.9.1",
        "1.7.2",
        (LOSS, SAME),
        deviations=tuple(Deviation(f"package p{i}", "1", "2") for i in range(8)),
        statements=(statement(StatementCode.PAIRS_LEFT_OUT, left_out=1, total=6),),
    )
    text = text_of(environment_parts([effect]), width=80)
    lines = text.splitlines()
    assert lines[1] == "package:scikit-learn: 1.9.1 -> 1.7.2, 6 pairs"
    assert lines[2].split() == ["result", "bits", "difference", "p", "share", "parts", "at"]
    assert " ".join(lines[3].split()) == "loss differ 0.0125 (0.001 to 0.024) 0.031 0.04 % step 7"
    assert lines[4].split() == ["model", "net", "same"]
    assert "1 of 6 pairs left out" in text
    assert "package p5 1 -> 2 and 2 more" in " ".join(text.split())


def test_a_problem_takes_the_place_of_figures() -> None:
    """Without a table where nothing was measured."""
    problem = statement(StatementCode.SETTING_AS_RECORDED, setting="threads", value="2")
    text = text_of(environment_parts([EnvironmentEffect("threads", "2", "2", problem=problem)]), width=160)
    assert "threads: 2 -> 2: not measured" in text
    assert "parts at" not in text


def test_values_that_were_not_set() -> None:
    """A variable that was not there, and one that is set to nothing."""
    assert change_text(EnvironmentEffect("env:A", "", "1")) == "env:A: -> 1"
    assert change_text(EnvironmentEffect("env:A", "1", "")) == "env:A: 1 -> empty"


def test_noise_and_predictions() -> None:
    """Bits that differ between repeats as well are said to; predictions have churn."""
    noisy = EffectOnTarget("net", TargetKind.PREDICTIONS, 2, False, 1e-7, churn=0.0025, noisy=True)
    assert effect_cells(noisy) == (
        "predictions net",
        "differ, as do repeats",
        "1e-07 rms, 0.2 % other classes",
        "",
        "",
        "",
    )
