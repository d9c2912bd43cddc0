"""Values become JSON and come back as they were; what does not fit is said with its place."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.model.facets import Code, Curve, Failure, Machine, Outputs, Randomness, Status, Variable
from bis.model.jsonable import from_json, json_value, strict_json, to_json

POINTS = st.lists(st.tuples(st.integers(-(2**63), 2**63), st.floats().map(float.hex)), max_size=4)
CURVES = st.builds(
    lambda name, points: Curve(name, tuple(step for step, _ in points), tuple(value for _, value in points)),
    st.text(),
    POINTS,
)
NUMBERS = st.none() | st.integers(-(2**64), 2**64)
FAILURES = st.builds(Failure, st.text(), st.text(), NUMBERS, NUMBERS)


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


@pytest.mark.parametrize(
    ("kind", "document", "words"),
    [
        (Curve, {"name": "m", "steps": [0], "values": []}, "as many steps as values"),
        (Curve, {"name": "m", "steps": [0, 1], "values": ["0x1p0"]}, "found 2 and 1"),
        (Curve, {"name": "m", "steps": [0], "values": ["good"]}, "float.hex"),
        (Curve, {"name": "m", "steps": [0], "values": ["0x1p99999"]}, "float.hex"),
        (Curve, {"name": "m", "steps": [10**400], "values": ["0x1p0"]}, "64 bits"),
        (Outputs, {"status": "recorded", "started_unix_s": 1e300}, "seconds since 1970"),
        (Outputs, {"status": "recorded", "ended_unix_s": "NaN"}, "seconds since 1970"),
        (Outputs, {"status": "recorded", "ended_unix_s": -1.0}, "seconds since 1970"),
        (Outputs, {"status": "recorded", "ended_unix_s": 10**400}, "64 bits"),
        (Outputs, {"status": "recorded", "exit_code": 10**400}, "64 bits"),
        (Randomness, {"status": "recorded", "root": "z" * 64}, "hexadecimal"),
        (Randomness, {"status": "recorded", "root": "ab"}, "64 hexadecimal"),
        (Randomness, {"status": "recorded", "root": "é" * 64}, "hexadecimal"),
        (Randomness, {"status": "recorded", "hash_seed": "-5"}, "hash_seed"),
        (Code, {"status": "recorded", "argv": ["a\0b"]}, "NUL"),
        (Code, {"status": "recorded", "target": "a\0.py"}, "NUL"),
        (Machine, {"status": "recorded", "variables": {"OMP_NUM_THREADS": "1\0"}}, "NUL"),
        (Variable, {"name": "LR\0"}, "NUL"),
    ],
)
def test_values_that_nothing_can_be_done_with_are_refused(kind: type, document: dict[str, object], words: str) -> None:
    """What would fail later, where it is shown or replayed, is found when it is read; the place is named."""
    with pytest.raises(ValueError, match=words) as raised:
        from_json(kind, document)
    assert str(raised.value).startswith("$")


@pytest.mark.parametrize(
    "text", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, "[" * 100_000]
)
def test_json_that_is_too_deep_is_no_json(text: str) -> None:
    """Nesting that exhausts the interpreter's stack is a fault of the document."""
    with pytest.raises(ValueError, match=r"deep|Expecting"):
        json_value(text)


def test_lone_surrogates_survive() -> None:
    """Arguments need not be text."""
    code = from_json(Code, json_value('{"status": "recorded", "argv": ["a\\udcff"]}'))
    assert code.argv == ("a\udcff",)
