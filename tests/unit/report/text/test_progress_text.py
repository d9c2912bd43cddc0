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


def test_every_note_of_the_source_has_words_and_no_others_exist() -> None:
    """The codes that the source makes notes with are those of the table."""
    made = set()
    for path in Path(bis.__file__).parent.rglob("*.py"):
        made |= set(re.findall(r'\bNote\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8")))
    assert made == set(note_codes())
