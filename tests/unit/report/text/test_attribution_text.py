"""Explanations as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.attribution import Attribution, Estimate
from bis.model.role import DrawPlace
from bis.model.statement import StatementCode, statement
from bis.report.text.attribution_text import (
    attribution_summary,
    attribution_text,
    interval_text,
    place_text,
    share_bar,
)
from tests.unit.report.attributions import explained


def test_the_answer_comes_first() -> None:
    """In one line."""
    first = attribution_text(explained(), width=120).splitlines()[0]
    assert first == "explained: split explains 57 % of the variance of the predictions of net (47 % to 67 %)"


def test_an_answer_from_few_blocks_is_called_indicative() -> None:
    """In the headline as well: many read nothing else."""
    said = statement(
        StatementCode.EXPLAINED, cause="split", share=0.7, target="acc", predictions=False, low=0.0, high=1.4,
        indicative=True,
    )  # fmt: skip
    text = attribution_text(replace(explained(), statements=(said,)), width=120)
    assert text.startswith("explained: split explains 70 % of the variance of acc (0 % to 100 %, indicative)\n")


@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_line_is_too_wide(width: int) -> None:
    """Whatever the terminal."""
    assert max(map(len, attribution_text(explained(), width=width).splitlines())) <= width


def rows(text: str, head: str) -> list[list[str]]:
    """The rows of the table below a heading, without the bars."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(head))
    table = lines[start + 2 : lines.index("", start)]
    return [[word for word in line.split() if not set(word) <= set("█▏▎▍▌▋▊▉")] for line in table]


def test_shares_stand_in_a_table_the_largest_first() -> None:
    """With interval, first-order and total effect; scheduling below them, and what changes nothing."""
    found = rows(attribution_text(explained(), width=140), "predictions of net")
    assert found[0] == ["split", "57", "%", "47", "..", "67", "%", "40", "%", "70", "%"]
    assert [row[0] for row in found[:4]] == ["split", "init", "shuffle", "scheduling"]
    assert found[2][-2:] == ["changes", "nothing"]
    assert found[3][:3] == ["scheduling", "0.02", "%"]


def test_shares_outside_of_0_to_100_are_cut_for_display() -> None:
    """And what is indicative is said to be so."""
    text = attribution_text(explained(), width=140)
    assert ["init", "0", "%", "0", "..", "50", "%", "0", "%", "20", "%"] in rows(text, "acc (standard deviation 0.02)")
    assert "6 blocks, indicative" in text
    assert "scheduling: not measured" in text


def test_a_target_without_shares_says_why() -> None:
    """In its place."""
    assert "loss: not a number, or infinite, in 3 of 76 replays: no shares" in attribution_text(explained(), width=140)


def test_causes_lead_to_lines_and_findings() -> None:
    """The largest first, with the repair."""
    text = attribution_text(explained(), width=140)
    start = text.index("where it comes from")
    assert text.index("split (57 %, 1 draw, seeded by the program)", start) < text.index(
        "init (30 %, 1000 draws)", start
    )
    assert "train.py:7 sklearn.model_selection.train_test_split (1 draw)" in text
    assert "BIS301 train_test_split has no random_state; `bis audit --fix` repairs it" in text
    assert "study.ipynb, cell 4:2 (5 draws)" in text


def test_effects_of_the_environment_have_a_section() -> None:
    """With the setting and its values."""
    text = attribution_text(explained(), width=200)
    assert "threads" in text
    assert "6 pairs" in text


def test_what_remains_after_the_repair() -> None:
    """Measured, with the change."""
    text = attribution_text(explained(), width=140)
    assert "with split repaired in the source, measured in 12 replays:" in text
    assert "predictions of net: 40 % (30 .. 50 %) of the variance remain" in text
    assert "--- a/train.py" in text


def test_more_may_remain_than_there_was() -> None:
    """An interval of what remains is not cut at 100 %: a variance after may be larger than before."""
    found = explained()
    wide = replace(found.remaining[0], share=Estimate(0.9, 0.2, 4.0))
    assert "90 % (20 .. 400 %) of the variance remain" in attribution_text(replace(found, remaining=(wide,)), width=140)


def test_circumstances_are_told() -> None:
    """What was spent, fixed, not varied, changed, and out of control."""
    text = attribution_text(explained(), width=200)
    for words in (
        "78 replays, 1 failed, started warm, in 93 s",
        "the same in all replays: hash seed 7, threads",
        "not varied, since nothing is drawn for them or they were not asked for: dropout, hpo",
        "99 % of the draws are from call sites whose role is known",
        "knowingly changed in the replays: seeds for split: set by the program -> drawn anew",
        "not controlled: joblib (loky processes)",
        "interaction: 48 % (30 .. 60 %) of the variance is there only where several causes change together",
    ):
        assert words in text


def test_nothing_to_explain() -> None:
    """Is said in the first line."""
    nothing = Attribution("r", statements=(statement(StatementCode.NOTHING_DRAWN),))
    text = attribution_text(nothing, width=120)
    assert text.startswith("not explained: nothing is drawn")


def test_many_targets_are_shortened() -> None:
    """Unless all are asked for."""
    target = explained().targets[1]
    many = replace(explained(), targets=tuple(replace(target, name=f"metric {i}") for i in range(9)))
    assert "and 4 more targets (--full)" in attribution_text(many)
    assert "metric 8" in attribution_text(many, full=True)


def test_a_summary_for_other_commands() -> None:
    """The answer, the shares, the replays."""
    assert attribution_summary(explained()) == [
        "split explains 57 % of the variance of the predictions of net (47 % to 67 %)",
        "predictions of net: split 57 %, init 30 %, shuffle 0 %",
        "78 replays, 1 failed",
    ]


@pytest.mark.parametrize(
    ("value", "bar"), [(0.0, ""), (1.0, "████"), (0.5, "██"), (1.7, "████"), (-0.3, ""), (0.15625, "▋")]
)
def test_bars(value: float, bar: str) -> None:
    """In eighths of a character."""
    assert share_bar(value, cells=4) == bar


def test_intervals_and_places() -> None:
    """Empty where there is none; cells count from 1."""
    assert interval_text(Estimate(0.5)) == ""
    assert interval_text(Estimate(0.5, -0.1, 1.2)) == "0 .. 100 %"
    assert place_text(DrawPlace("a.py", 3)) == "a.py:3"
    assert place_text(DrawPlace("", 0)) == "(outside of the project)"
