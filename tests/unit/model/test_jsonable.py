"""Values become JSON and come back as they were; what does not fit is said with its place."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.model.facets import Curve, Failure, Outputs, Status
from bis.model.jsonable import from_json, strict_json, to_json

CURVES = st.builds(
    Curve,
    st.text(),
    st.lists(st.integers(-(2**63), 2**63), max_size=4).map(tuple),
    st.lists(st.floats().map(float.hex), max_size=4).map(tuple),
)
FAILURES = st.builds(Failure, st.text(), st.text(), st.none() | st.integers(), st.none() | st.integers())


@given(st.builds(Outputs, st.sampled_from(Status), metrics=st.lists(CURVES, max_size=3).map(tuple), failure=FAILURES))
def test_round_trip(outputs: Outputs) -> None:
    """A nested value survives the way through strict JSON text."""
    text = json.dumps(to_json(outputs), allow_nan=False)
    assert from_json(Outputs, json.loads(text)) == outputs


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, ("status",)),
        ({"status": "perhaps"}, ("$.status", "recorded", "perhaps")),
        ({"status": "recorded", "metrics": {}}, ("$.metrics", "a list")),
        ({"status": "recorded", "metrics": [{"name": "m", "steps": ["1"], "values": []}]}, ("$.metrics[0].steps[0]",)),
        ({"status": "recorded", "exit_code": True}, ("$.exit_code", "int")),
        ([], ("$", "an object")),
    ],
)
def test_what_does_not_fit(document: object, words: tuple[str, ...]) -> None:
    """The message names the path in the document, and what was expected."""
    with pytest.raises(ValueError, match=r"expected") as raised:
        from_json(Outputs, document)
    assert not [w for w in words if w not in str(raised.value)]


def test_unknown_keys_are_passed_over() -> None:
    """A later bis may add a key within a format version."""
    assert from_json(Outputs, {"status": "missing", "invented": 1}) == Outputs(Status.MISSING)


def test_what_has_no_json_form() -> None:
    """Only plain values and dataclasses have one; a path is its text."""
    assert to_json(Path("a") / "b") == str(Path("a") / "b")
    with pytest.raises(TypeError, match="set has no JSON form"):
        to_json({"x": {1, 2}})


@dataclass(frozen=True)
class _Pair:
    both: tuple[int, str]


def test_fixed_tuples() -> None:
    """A tuple of fixed length keeps its length and kinds."""
    assert from_json(_Pair, {"both": [1, "a"]}) == _Pair((1, "a"))
    with pytest.raises(ValueError, match="2 items"):
        from_json(_Pair, {"both": [1]})


def test_numbers_that_json_does_not_have_come_back() -> None:
    """They are texts in a strict document, and floats again where a float is expected."""
    values = [float("inf"), float("-inf"), {"x": float("nan"), "y": 0.5}]
    text = json.dumps(strict_json(values), allow_nan=False)
    assert text == '["Infinity", "-Infinity", {"x": "NaN", "y": 0.5}]'
    assert from_json(float, "-Infinity") == float("-inf")
    assert math.isnan(from_json(float, "NaN"))
    with pytest.raises(ValueError, match="a number"):
        from_json(float, "0.5")
