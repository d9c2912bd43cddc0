"""Pickles are read and never run."""

from __future__ import annotations

import collections
import datetime as dt
import fractions
import io
import os
import pickle
import uuid
from pathlib import Path

import numpy as np
import pytest

from bis.record.contents.gathering import ContentUnreadable, Gathering
from bis.record.contents.pickle_content import read_pickle


class Model:
    """An object with a state."""

    def __init__(self, coef: float) -> None:
        self.coef_ = np.array([coef, 1.0])
        self.classes = {"a": 1}


class Hostile:
    """An object whose unpickling would make a file."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("made-by-a-pickle",)


def numbers(found: Gathering) -> dict[str, list[float]]:
    """The numbers by name."""
    return {n.name: [float.fromhex(v) for v in n.values] for n in found.numbers}


def test_values_are_named_by_keys_and_attributes() -> None:
    """Mappings, lists, arrays, scalars of NumPy, objects of any class."""
    value = {"acc": 0.25, "h": [1, np.float32(0.5)], "m": Model(2.0), "o": collections.OrderedDict(a=(3.0,))}
    for protocol in range(6):
        found = numbers(read_pickle(pickle.dumps(value, protocol)))
        assert found == {"acc": [0.25], "h": [1, 0.5], "m.coef_": [2.0, 1.0], "m.classes.a": [1], "o.a": [3.0]}


def test_no_code_runs() -> None:
    """What a pickle would call is not called; the rest of it is read."""
    found = read_pickle(pickle.dumps({"a": 1.5, "bad": Hostile()}))
    assert numbers(found) == {"a": [1.5]}
    assert not Path("made-by-a-pickle").exists()


def test_different_values_of_unknown_classes_differ() -> None:
    """Of a fraction as of any other class it is known what it was made from."""
    one, other = (read_pickle(pickle.dumps({"d": fractions.Fraction(day, 3)})) for day in (1, 2))
    assert (one.numbers, one.texts) != (other.numbers, other.texts)


def test_times_and_ids_are_texts_as_in_json() -> None:
    """So that those of the clock are told from data; a length of time is a number of seconds."""
    value = {
        "when": dt.datetime(2026, 11, 29, 8, 16, 8, 5, tzinfo=dt.timezone.utc),
        "day": dt.date(2020, 1, 2),
        "took": dt.timedelta(minutes=2),
        "id": uuid.UUID(int=5),
    }
    for protocol in range(2, 6):
        found = read_pickle(pickle.dumps(value, protocol))
        assert found.texts == {
            "when": "2026-11-29 08:16:08.000005+00:00",
            "day": "2020-01-02",
            "id": "00000000-0000-0000-0000-000000000005",
        }
        assert numbers(found) == {"took": [120.0]}


def test_shared_and_circular_values_end() -> None:
    """A value that holds itself is gone through once, and one that would grow without end when written out."""
    circle: list[object] = [0.5]
    circle.append(circle)
    assert numbers(read_pickle(pickle.dumps({"c": circle}))) == {"c": [0.5]}
    laughs: list[object] = ["ha"]
    for _ in range(60):
        laughs = [laughs, laughs]
    assert read_pickle(pickle.dumps(laughs)).texts == {"": "ha"}


def test_several_pickles_in_a_file() -> None:
    """One after the other."""
    file = io.BytesIO()
    for value in ({"a": 1.0}, {"a": 2.0}):
        pickle.dump(value, file)
    assert numbers(read_pickle(file.getvalue())) == {"a": [1.0, 2.0]}


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps([1.0])[:-3], b"\x80\x04cos\nsystem"])
def test_what_is_no_pickle_is_refused(content: bytes) -> None:
    """As an error of its own."""
    if not content:
        assert read_pickle(content).numbers == ()
        return
    with pytest.raises(ContentUnreadable):
        read_pickle(content)


@pytest.mark.parametrize(
    "content",
    [
        b"]r\x00\x00\x00\x10.",  # seven bytes for which the unpickler would take four gigabytes
        b"(lp268435456\n.",
        pickle.dumps(["first"], 2) + b"]r\xff\xff\xff\x7f.",
    ],
)
def test_places_of_the_memo_beyond_the_file_are_refused(content: bytes) -> None:
    """Before the unpickler makes room for them."""
    with pytest.raises(ContentUnreadable, match="its memo has a place"):
        read_pickle(content)


def test_texts_that_look_like_places_of_the_memo_are_read() -> None:
    """What looks like one in a text or a number is none."""
    value = {"words": ["rarest four", "p1234567"], "many": [str(i) for i in range(1000)], "n": 0x7FFFFF72}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert any("rarest four" in text for text in read_pickle(pickle.dumps(value, protocol)).texts.values())
