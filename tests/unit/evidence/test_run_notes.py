"""The note of a run: our part, and nothing else, is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bis.errors import EvidenceError
from bis.evidence.run_notes import BEGIN, END, TAG, with_part, write_note
from tests.doubles.memory_store import MemoryStore

TEXTS = st.text(max_size=60).filter(lambda t: BEGIN not in t and END not in t)


@given(before=TEXTS, after=TEXTS, first=TEXTS, second=TEXTS)
def test_the_rest_of_a_note_is_left_as_it_is(before: str, after: str, first: str, second: str) -> None:
    """To the character; the same part twice changes nothing, another one takes its place."""
    note = f"{before}{BEGIN}\n{first.strip()}\n{END}{after}"
    made = with_part(note, second)
    assert made.startswith(before + BEGIN)
    assert made.endswith(END + after)
    assert with_part(made, second) == made
    assert with_part(made, first) == note


def test_a_note_without_our_part_gets_it_below() -> None:
    """An empty one has nothing else."""
    assert with_part("", "x") == f"{BEGIN}\nx\n{END}"
    assert with_part("mine\n", "x") == f"mine\n\n{BEGIN}\nx\n{END}"


@pytest.mark.parametrize("note", [BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_marks_that_are_no_pair_are_refused(note: str) -> None:
    """Nobody can tell whose text that is."""
    with pytest.raises(EvidenceError, match="marks of bis"):
        with_part(note, "x")


def test_a_note_that_would_be_too_long_is_refused() -> None:
    """MLflow would cut it, or refuse it."""
    with pytest.raises(EvidenceError, match="5000"):
        with_part("x" * 4990, "y")


def test_writing() -> None:
    """Into the tag that MLflow shows."""
    store = MemoryStore()
    run_id = store.create("Default", "n", {TAG: "mine"}, started_unix_s=0.0)
    write_note(store, run_id, "x")
    assert store.tags(run_id)[TAG] == f"mine\n\n{BEGIN}\nx\n{END}"
