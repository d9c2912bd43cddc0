"""Entities of an RO-Crate."""

from __future__ import annotations

import pytest

from bis.report.rocrate.crate_entities import CrateGraph, file_id, local_id, number, property_value, timestamp


def test_ids_are_uris() -> None:
    """Whatever a name holds: blanks, fragments, other alphabets."""
    assert local_id("metric", "val acc#β") == "#metric-val%20acc%23%CE%B2"
    assert file_id("bis/a b.json") == "bis/a%20b.json"


def test_times_have_milliseconds_and_a_zone() -> None:
    """As the profile's pattern asks for them."""
    assert timestamp(1.5) == "1970-01-01T00:00:01.500+00:00"


@pytest.mark.parametrize(
    ("value", "written"), [(0.1, 0.1), (float("nan"), "NaN"), (float("inf"), "Infinity"), (-float("inf"), "-Infinity")]
)
def test_numbers_that_json_lacks_are_texts(value: float, written: float | str) -> None:
    """All others keep their bits."""
    assert number(value) == written


def test_what_is_not_known_is_left_out() -> None:
    """No key without a value; a list of one thing is that thing; zero and false are values."""
    graph = CrateGraph()
    graph.add({"@id": "#a", "name": "", "version": None, "parts": [], "one": ["x"], "zero": 0})
    assert graph.entities == [{"@id": "#a", "one": "x", "zero": 0}]


def test_an_entity_stands_once() -> None:
    """The first one that is added under an id stays."""
    graph = CrateGraph()
    graph.add(property_value("#a", "a", 1))
    assert graph.add(property_value("#a", "a", 2)) == {"@id": "#a"}
    assert [e["value"] for e in graph.entities] == [1]
