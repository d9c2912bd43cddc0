"""Probes from files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from bis._replay.inputs import PROBE_SUFFIX
from bis._replay.probes import keep_given_probe, with_kept_probe
from bis.errors import UsageError
from bis.evidence.digests import digest_bytes
from bis.instrument.probe_examples import EVERY_MODEL, MAX_EXAMPLES, unpacked
from bis.model.verdict import Outcome, ReplayKind

if TYPE_CHECKING:
    from pathlib import Path


def kept(path: Path, home: Path) -> Any:
    """What the program gets."""
    probe = keep_given_probe(path, home=home)
    content = (home / "sources" / f"{probe.digest}{PROBE_SUFFIX}").read_bytes()
    assert digest_bytes(content) == probe.digest
    return unpacked(content)[EVERY_MODEL]


def test_arrays_are_kept_by_digest(tmp_path: Path) -> None:
    """One array, or several by the name of their input; of many examples some."""
    np.save(tmp_path / "x.npy", np.arange(6).reshape(3, 2))
    assert kept(tmp_path / "x.npy", tmp_path / "home").tolist() == [[0, 1], [2, 3], [4, 5]]
    np.savez(tmp_path / "one.npz", anything=np.ones(2))
    assert kept(tmp_path / "one.npz", tmp_path / "home").tolist() == [1, 1]
    np.savez(tmp_path / "two.npz", ids=np.ones(2), mask=np.zeros((2, 1)))
    assert sorted(kept(tmp_path / "two.npz", tmp_path / "home")) == ["ids", "mask"]
    np.save(tmp_path / "many.npy", np.arange(3 * MAX_EXAMPLES))
    probe = keep_given_probe(tmp_path / "many.npy", home=tmp_path / "home")
    assert (probe.examples, probe.of) == (MAX_EXAMPLES, 3 * MAX_EXAMPLES)
    assert probe == keep_given_probe(tmp_path / "many.npy", home=tmp_path / "home")


def test_tables_are_read(tmp_path: Path) -> None:
    """With the names of columns, each of one type; without them numbers are an array."""
    (tmp_path / "t.csv").write_text("a,b,c,d\n1,1.5,x,True\n2,,,False\n")
    frame = kept(tmp_path / "t.csv", tmp_path / "home")
    texts = pd.Series(["x", None], dtype=object)
    pd.testing.assert_frame_equal(
        frame, pd.DataFrame({"a": [1, 2], "b": [1.5, np.nan], "c": texts, "d": [True, False]})
    )
    (tmp_path / "n.csv").write_text("1,2\n3,4.5\n")
    assert kept(tmp_path / "n.csv", tmp_path / "home").tolist() == [[1, 2], [3, 4.5]]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.parquet", b"", "expected .npy, .npz or .csv"),
        ("x.csv", b"", "it is empty"),
        ("x.csv", b"a,b\n", "no examples"),
        ("x.csv", b"a,b\n1\n", "row 2 has 1 fields, expected 2"),
        ("x.csv", b"a,a\n1,2\n", "same name"),
        ("x.csv", b"1,2\nx,3\n", "first line"),
        ("x.npy", b"no array", "cannot be used"),
        ("x.npz", b"no array", "cannot be used"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    """With what is wrong with them."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=why):
        keep_given_probe(tmp_path / name, home=tmp_path / "home")


def test_files_that_hold_code_are_refused(tmp_path: Path) -> None:
    """Pickled objects are not read, and a file that is not there is named."""
    np.save(tmp_path / "x.npy", np.array([{}]), allow_pickle=True)
    np.save(tmp_path / "scalar.npy", np.float64(3))
    np.savez(tmp_path / "uneven.npz", a=np.ones(2), b=np.ones(3))
    for name, why in (
        ("x.npy", "pickle"),
        ("scalar.npy", "a row for each example"),
        ("uneven.npz", "as many rows"),
        ("none.npy", "cannot be read: No such file"),
    ):
        with pytest.raises(UsageError, match=why):
            keep_given_probe(tmp_path / name, home=tmp_path / "home")


def test_a_probe_that_a_replay_found_is_kept_here(tmp_path: Path) -> None:
    """It comes with the outcome of a worker, and does not stay in it."""
    outcome = Outcome(0, ReplayKind.VARIED, None, None, probe="d", probe_content="YWJj")
    assert with_kept_probe(outcome, tmp_path).probe_content == ""
    assert (tmp_path / "sources" / f"{digest_bytes(b'abc')}{PROBE_SUFFIX}").read_bytes() == b"abc"
