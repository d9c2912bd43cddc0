"""The section of a page about environment settings."""

from __future__ import annotations

from bis.model.attribution import EffectOnTarget, EnvironmentEffect, TargetKind
from bis.model.statement import StatementCode, statement
from bis.report.html.environment_section import environment_values
from bis.report.languages.language import ENGLISH


def test_a_table_for_each_setting_and_nothing_for_none() -> None:
    """A problem takes the place of the table."""
    assert environment_values((), ENGLISH) == []
    loss = EffectOnTarget("<loss>", TargetKind.METRIC, 6, False, 0.5, 0.25, 0.75, 2 / 64, 0.1, 3)
    problem = statement(StatementCode.SETTING_AS_RECORDED, setting="threads", value="2")
    left_out = statement(StatementCode.PAIRS_LEFT_OUT, left_out=1, total=6)
    first, second = environment_values(
        [
            EnvironmentEffect("package:six", "1", "2", (loss,), statements=(left_out,)),
            EnvironmentEffect("threads", "2", "2", problem=problem),
        ],
        ENGLISH,
    )
    assert first["table"].rows == (("<loss>", "differ", "0.5 (0.25 … 0.75)", "0.031", "10.0\u00a0%", "step 3"),)
    assert first["remarks"] == ["1 of 6 pairs left out: a replay failed"]
    assert (first["change"], first["problem"]) == ("package:six: 1 → 2", "")
    assert "not measured: threads was 2" in second["problem"]


def test_effects_on_predictions_and_models() -> None:
    """A share that is small and not none is not rounded to none; what repeats differ by is said."""
    predictions = EffectOnTarget(
        "net", TargetKind.PREDICTIONS, 2, bit_identical=False, difference=0.5, churn=0.0004, noisy=True
    )
    model = EffectOnTarget("net", TargetKind.MODEL, 2, bit_identical=True)
    [effect] = environment_values([EnvironmentEffect("threads", "", "1", (predictions, model))], ENGLISH)
    assert [row[:3] for row in effect["table"].rows] == [
        ("predictions of net", "differ, as do repeats", "0.5 (root mean square), 0.04\u00a0% other classes"),
        ("model net", "same", ""),
    ]
