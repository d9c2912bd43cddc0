"""Published tables against runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._verify.published.published_table import parse_table
from bis._verify.published.table_comparison import compare_table
from bis.config import Tolerance
from bis.errors import UsageError
from bis.model.verdict import Item, Level
from bis.report.text.statement_text import item_name
from tests.unit._verify.runs import outputs, words

if TYPE_CHECKING:
    from bis.model.facets import Outputs

BASIC = "metric,value\nmse,2900.19362849348\nr2,0.4526027629719197\n"
THREE = "run,accuracy\n1,0.88\n2,0.864\n3,0.873\n"


def only(text: str, ours: Outputs, **more: float) -> Item:
    """The one item of a table with one figure."""
    verdict = compare_table(parse_table(text), ours, tolerances={n: Tolerance(atol=v) for n, v in more.items()})
    return verdict.groups[0].items[0]


def test_fifteen_digits_are_equal_but_not_to_the_bit() -> None:
    """The published 2900.19362849348 against today's 2900.1936284934804: all digits printed, one ULP away."""
    verdict = compare_table(parse_table(BASIC), outputs({"mse": 2900.1936284934804, "r2": 0.4526027629719197}))
    mse, r2 = verdict.groups[0].items
    assert (mse.level, mse.evidence.ulps) == (Level.NUMERICAL, 1)
    assert words(mse) == "equal to all 15 digits printed (rounded), 1 ULP of float64 away"
    assert r2.level is Level.BITWISE
    assert verdict.level is Level.NUMERICAL
    assert words(verdict) == "2 published figures: 1 bitwise, 1 numerical"


def test_a_figure_that_was_cut_off() -> None:
    """2868.549702 printed of 2868.5497028 is cut off, and confirmed as such."""
    item = only("metric,value\nm,2868.549702\n", outputs({"m": 2868.5497028}))
    assert item.level is Level.NUMERICAL
    assert "cut off, not rounded" in words(item)


def test_another_figure_diverges() -> None:
    """The distance is told in units of the last digit."""
    item = only("metric,value\nm,0.87\n", outputs({"m": 0.9}))
    assert item.level is Level.DIVERGENT
    assert words(item) == "printed 0.87, found 0.9: 3 units of the last digit"


def test_a_declared_tolerance_takes_the_place_of_the_print() -> None:
    """Who declares 0.05 accepts 0.9 for 0.87."""
    assert only("metric,value\nm,0.87\n", outputs({"m": 0.9}), m=0.05).level is Level.NUMERICAL
    assert only("metric,value\nm,0.87\n", outputs({"m": 0.9}), m=0.01).level is Level.DIVERGENT


def test_names_are_mapped_and_never_guessed() -> None:
    """An unknown name lists what there is; a mapping for no column is refused."""
    table = parse_table("metric,value\ntest MSE,0.5\n")
    with pytest.raises(UsageError, match="no metric of the run is named 'test MSE'") as caught:
        compare_table(table, outputs({"mse": 0.5}))
    assert caught.value.hint is not None
    assert "The run has mse." in caught.value.hint
    with pytest.raises(UsageError, match="which the table does not have"):
        compare_table(table, outputs({"mse": 0.5}), names={"mse": "mse"})
    mapped = compare_table(table, outputs({"mse": 0.5}), names={"test MSE": "mse"})
    assert item_name(mapped.groups[0].items[0]) == "test MSE (mse)"


def test_several_published_runs_need_several_of_ours() -> None:
    """Three unseeded published runs against one run decide nothing; against three, a test does."""
    one = compare_table(parse_table(THREE), outputs({"accuracy": 0.87}))
    assert one.level is Level.INCONCLUSIVE
    ours = [outputs({"accuracy": v}) for v in (0.87, 0.868, 0.879)]
    assert compare_table(parse_table(THREE), ours).level is Level.STATISTICAL
    far = [outputs({"accuracy": v}) for v in (0.97, 0.968, 0.979)]
    assert compare_table(parse_table(THREE), far).level is Level.DIVERGENT
