"""Progress in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bis
from bis.model.progress import KEPT, Note, Step, Task
from bis.report.text.progress_text import note_codes, note_text, step_text, task_text


@pytest.mark.parametrize("task", list(Task))
def test_every_task_has_words(task: Task) -> None:
    """With and without a total."""
    assert task_text(task)
    assert task_text(task, 3)


def test_steps_name_what_has_ended() -> None:
    """And why it failed, where it did."""
    assert step_text(Task.REPLAYS, Step("2", "timeout")) == "replay 2: timeout"
    assert step_text(Task.AUDITS, Step("shop")) == step_text(Task.AUDITS, Step("shop", KEPT)) == "shop"
    assert step_text(Task.AUDITS, Step("shop", "crashed", "it crashed")) == "shop: it crashed"
    assert step_text(Task.AUDITS, Step("shop", "failed")) == "shop: it could not be audited"


def test_notes_are_sentences() -> None:
    """With their values."""
    assert note_text(Note("rate-limited", {"wait_s": 61.7})) == "GitHub's limit is reached; continuing in 62 s"


def test_notes_of_a_bisection() -> None:
    """What differs, what it takes, and each trial."""
    counts: dict[str, str | int | float] = {"packages": 31, "variables": 1, "threads": 2, "hash_seed": 0, "cpu": 0}
    assert note_text(Note("bisect-begins", counts)) == "not as recorded: 31 packages, 1 variable, 2 numbers of threads"
    assert "13 replays, in at most 8 environments to build" in note_text(
        Note("bisect-will-need", {"environments": 8, "replays": 13})
    )
    trial: dict[str, str | int | float] = {
        "changed": 1,
        "total": 31,
        "only": "package:numpy",
        "answer": "unresolved",
        "reason": "build",
        "detail": "x",
    }
    assert note_text(Note("bisect-trial", trial)) == "numpy alone as today: no answer (cannot be built: x)"
    several: dict[str, str | int | float] = {**trial, "changed": 16, "only": "", "answer": "same", "reason": ""}
    assert note_text(Note("bisect-trial", several)) == "16 of 31 as today: as the record"


def test_every_note_of_the_source_has_words_and_no_others_exist() -> None:
    """The codes that the source makes notes with are those of the table."""
    made = set()
    for path in Path(bis.__file__).parent.rglob("*.py"):
        made |= set(re.findall(r'\bNote\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8")))
    assert made == set(note_codes())
