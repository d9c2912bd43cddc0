"""Examples as bytes and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from bis.instrument.probe_examples import (
    MAX_BYTES,
    MAX_EXAMPLES,
    NoFormError,
    Table,
    length,
    packed,
    sampled,
    unpacked,
)


def again(value: Any) -> Any:
    """What a program gets that is given the same probe."""
    content = packed({"model": value})
    found = unpacked(content)["model"]
    assert packed({"model": found}) == content
    return found


def test_arrays_come_back_as_they_were() -> None:
    """Type, shape and bits, whatever the layout in memory; and they may be written."""
    for array in (
        np.arange(6.0).reshape(2, 3).T,
        np.array([1, -2], dtype=">i4"),
        np.array([[True], [False]]),
        np.array(["ä", "bc"]),
        np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),
        np.array([np.nan, -0.0, np.inf], dtype=np.float32),
        np.empty((0, 4)),
    ):
        found = again(array)
        assert found.dtype == array.dtype.newbyteorder("=")
        assert found.tobytes() == np.ascontiguousarray(array.astype(found.dtype)).tobytes()
        assert found.shape == array.shape
        assert found.flags.writeable
    texts = again(np.array(["a", None, "c"], dtype=object))
    assert texts.tolist() == ["a", None, "c"]


def test_tables_keep_columns_and_their_types() -> None:
    """Numbers, texts, categories, dates and missing values: a pipeline must find what it was trained on."""
    frame = pd.DataFrame(
        {
            "number": [1.5, np.nan, -0.0],
            "text": ["x", None, "z"],
            "category": pd.Categorical(["u", "v", "u"], categories=["v", "u"], ordered=True),
            "flag": [True, False, True],
            "when": pd.to_datetime(["2020-01-01", None, "2021-01-01"]),
            "whole": pd.array([1, None, 3], dtype="Int64"),
        },
        index=[5, 6, 7],
    )
    pd.testing.assert_frame_equal(again(frame), frame.reset_index(drop=True))
    pd.testing.assert_series_equal(again(frame["text"]), frame["text"].reset_index(drop=True))
    by_number = pd.DataFrame(np.eye(2))
    pd.testing.assert_frame_equal(again(by_number), by_number, check_column_type=False)


def test_other_forms_come_back() -> None:
    """Sparse matrices, texts, and whole calls with their arguments."""
    matrix = sparse.random(5, 4, density=0.4, format="csc", rng=1)
    found = again(matrix)
    assert (found.format, type(found), (found != matrix).nnz) == ("csc", type(matrix), 0)
    assert again(["one text", "another"]) == ["one text", "another"]
    call = again([{"args": (np.ones(2), 3), "kwargs": {"flag": True, "name": None}}])
    assert call[0]["args"][0].tolist() == [1, 1]
    assert (call[0]["args"][1], call[0]["kwargs"]) == (3, {"flag": True, "name": None})


@pytest.mark.torch
def test_tensors_come_back() -> None:
    """With their type, those that NumPy does not know included."""
    torch = pytest.importorskip("torch")
    for tensor in (torch.randn(2, 3).T, torch.tensor([1, 2]), torch.tensor(1.5), torch.empty(0, 3)):
        assert torch.equal(again(tensor), tensor)
    half = torch.tensor([1.5, 2.5], dtype=torch.bfloat16, requires_grad=True)
    assert again(half).dtype is torch.bfloat16
    with pytest.raises(NoFormError, match="layout"):
        packed({"model": torch.eye(2).to_sparse()})


def test_a_table_of_the_host_is_a_frame_in_the_program() -> None:
    """The host reads tables without pandas."""
    found = unpacked(packed({"*": Table(["a", "b"], [np.array([1.0, 2.0]), ["x", None]])}))["*"]
    pd.testing.assert_frame_equal(found, pd.DataFrame({"a": [1.0, 2.0], "b": pd.Series(["x", None], dtype=object)}))


def test_what_has_no_form_is_named() -> None:
    """Nothing is pickled: objects of other types, and too many bytes, are refused by name."""
    for value, name in (
        (object(), "builtins.object"),
        (iter([1]), "iterator"),
        (np.array([object()]), "object"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "same name"),
        (pd.DataFrame({"t": pd.to_datetime(["2020-01-01"]).tz_localize("UTC")}), "Timestamp"),
        (np.zeros(MAX_BYTES // 8 + 1), "bytes"),
    ):
        with pytest.raises(NoFormError, match=name):
            packed({"model": value})


def test_other_bytes_are_refused() -> None:
    """A later version, and what is no probe."""
    later = packed({}).replace(b'"version": 1', b'"version": 2')
    for content, why in ((b"{}\n", "bis.probe"), (b"no JSON", "Expecting value"), (later, "version 2")):
        with pytest.raises(ValueError, match=why):
            unpacked(content)


def test_equal_examples_have_equal_bytes() -> None:
    """The digest names the examples: neither the order of models nor the layout in memory counts."""
    one, two = np.arange(6.0).reshape(2, 3), np.ones(2)
    assert packed({"a": one, "b": two}) == packed({"b": two, "a": np.asfortranarray(one)})


def test_of_many_examples_some_are_taken() -> None:
    """In equal distances, the same of each input; a copy, so that later changes of the program are not seen."""
    array = np.arange(2 * MAX_EXAMPLES)
    taken = sampled({"args": (array, pd.DataFrame({"x": array})), "kwargs": {}})
    first, second = taken["args"]
    assert first.tolist() == list(range(0, 2 * MAX_EXAMPLES, 2)) == second["x"].tolist()
    assert sampled(list(range(3)), 2) == [0, 1]
    assert sampled(sparse.eye(4, format="coo"), 2).toarray().tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]
    few = np.arange(3)
    copy = sampled(few)
    few[0] = 9
    assert copy.tolist() == [0, 1, 2]
    others: list[Any] = [array, {"args": (), "kwargs": {}}, "text", np.float64(1)]
    assert [length(value) for value in others] == [2 * MAX_EXAMPLES, 0, None, None]
