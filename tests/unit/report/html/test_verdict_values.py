"""A verdict on a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.verdict import Item, ItemKind, JudgedRun, Level
from bis.report.html.verdict_values import MOST_ITEMS, item_label, verdict_values
from bis.report.languages.language import CODES, ENGLISH, language
from bis.report.text.statement_text import item_name
from tests.unit.report.scenes import all_scenes
from tests.unit.report.values import bitwise, statistical


def test_level_headline_and_items() -> None:
    """In words; an item that has a figure leads to it."""
    values = verdict_values(statistical(), ENGLISH, frozenset({"strip-accuracy"}))
    assert values["badge"] == {"word": "statistical", "look": "good"}
    [group] = values["groups"]
    assert [(i["name"], i["figure"]) for i in group["items"]] == [("accuracy", "strip-accuracy")]
    assert verdict_values(statistical(), ENGLISH)["groups"][0]["items"][0]["figure"] == ""


def test_the_weakest_come_first_and_what_does_not_count_last() -> None:
    """Of very many the rest is counted."""
    many = [Item(f"m{i}", ItemKind.METRIC, Level.BITWISE) for i in range(MOST_ITEMS)]
    items = (
        *many,
        Item("bad", ItemKind.METRIC, Level.DIVERGENT),
        Item("t", ItemKind.METRIC, Level.DIVERGENT, counts=False),
    )
    verdict = replace(bitwise(), groups=(replace(bitwise().groups[0], items=items),))
    [group] = verdict_values(verdict, ENGLISH)["groups"]
    assert group["items"][0]["name"] == "bad"
    assert (len(group["items"]), group["more"]) == (MOST_ITEMS, 2)


def test_what_is_open_is_not_called_divergent() -> None:
    """Where the verdict is inconclusive, exact replays that differ are just that."""
    item = Item("m", ItemKind.METRIC, Level.DIVERGENT)
    group = replace(bitwise().groups[0], level=Level.DIVERGENT, items=(item,))
    values = verdict_values(replace(bitwise(), level=Level.INCONCLUSIVE, groups=(group,)), ENGLISH)
    words = [values["groups"][0]["badge"]["word"], values["groups"][0]["items"][0]["badge"]["word"]]
    assert words == ["not the same", "not the same"]


def test_runs_of_a_program() -> None:
    """The weakest first; items say of which run they are."""
    runs = (JudgedRun("a" * 32, "one", "", Level.BITWISE, 3), JudgedRun("b" * 32, "two", "a" * 32, Level.DIVERGENT, 3))
    item = Item("m", ItemKind.METRIC, Level.DIVERGENT, run="b" * 32)
    verdict = replace(bitwise(), runs=runs, groups=(replace(bitwise().groups[0], items=(item,)),))
    values = verdict_values(verdict, ENGLISH, frozenset({"strip-m"}))
    assert values["groups"][0]["items"][0]["figure"] == ""  # the figure is of the metric of another run
    assert [(r["label"], r["parent"]) for r in values["runs"]] == [("two", "one"), ("one", "")]
    assert values["groups"][0]["items"][0]["name"] == "m of two"


def test_items_have_the_names_that_the_terminal_shows() -> None:
    """In English, for every item of many verdicts."""
    items = [item for verdict in all_scenes() for group in verdict.groups for item in group.items]
    assert len(items) > 100
    assert {i.name for i in items if item_label(i, ENGLISH) != item_name(i)} == set()


@pytest.mark.parametrize("code", CODES)
def test_every_verdict_can_be_shown(code: str) -> None:
    """Whatever the judge says."""
    for verdict in all_scenes():
        assert verdict_values(verdict, language(code))["badge"]["word"]
