"""Malformed input: the same for a seed, and hardly ever the example itself."""

from __future__ import annotations

import json
import random

from campaigns.mutations import mutated, mutated_json, places

EXAMPLES = [json.dumps({"a": [1, {"b": None}], "c": {"d": "x"}}).encode(), b'{"e": 1}']


def test_a_seed_repeats_an_input() -> None:
    """Whatever was made before it."""
    for make in (mutated, mutated_json):
        first = [make(EXAMPLES, random.Random(f"fuzz:{n}")) for n in range(200)]
        again = [make(EXAMPLES, random.Random(f"fuzz:{n}")) for n in reversed(range(200))]
        assert first == again[::-1]
        assert len(set(first)) > 100
        assert sum(content in EXAMPLES for content in first) < 50


def test_places_are_those_of_all_values() -> None:
    """Of lists and objects, at any depth."""
    found = [key for _, key in places(json.loads(EXAMPLES[0]))]
    assert found == ["a", 0, 1, "b", "c", "d"]
