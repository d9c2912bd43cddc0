"""JSON without the package `json`: the same texts and values."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

from bis.instrument.light_json import encoded, parsed

VALUES: dict[str, Any] = {
    "text": 'naïve "quoted" \\ \n\t\x00\x7f\u2028 😀',
    "lone": "\ud800",
    "bytes": os.fsdecode(b"caf\xe9"),
    "numbers": [0, -1, 2**70, 0.1, 1e300, -0.0],
    "others": [True, False, None, {}, [], ()],
    "odd": [math.inf, -math.inf],
    "nested": {"a": [{"b": ("c", 1)}], "1": 2},
    "objects": [Path("x"), {1}],
}


def test_texts_are_those_of_json() -> None:
    """Byte for byte what ``json.dumps`` writes with these options."""
    expected = json.dumps(VALUES, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")
    assert encoded(VALUES) == expected
    assert encoded({1: 2, None: 3}) == b'{"1": 2, "null": 3}'  # type: ignore[dict-item]  # what a program may log


def test_values_are_those_of_json() -> None:
    """Both readers give the same values for a text, surrogates and special numbers included."""
    text = encoded(VALUES).decode()
    assert parsed(text) == json.loads(text)
    assert math.isnan(parsed('{"x": NaN}')["x"])


def test_a_value_that_contains_itself_is_an_error() -> None:
    """As for ``json.dumps``: a ValueError and not a crash."""
    loop: dict[str, Any] = {}
    loop["self"] = loop
    with pytest.raises(ValueError, match="Circular"):
        encoded(loop)


@pytest.mark.parametrize("text", ["", " ", "{", "{'a': 1}", '{"a": 1} x', '{"a": "\n"}', "nope"])
def test_what_is_not_json_is_an_error(text: str) -> None:
    """Every text that ``json.loads`` refuses is a ValueError."""
    for read in (json.loads, parsed):
        with pytest.raises(ValueError):  # noqa: PT011 (that it is one is what is asked for)
            read(text)
