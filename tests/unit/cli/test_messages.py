"""What the commands write where nobody reads it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from bis.cli.consent import one_line
from bis.cli.messages import answering, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


@pytest.fixture
def closed() -> Iterator[TextIO]:
    """A stream into a pipe whose other end was closed."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as stream:  # noqa: PTH123 (a descriptor)
        yield stream


def test_a_message_that_nobody_reads_changes_nothing(closed: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither does the next one, nor the end of the stream."""
    monkeypatch.setattr(sys, "stderr", closed)
    tell("one")
    tell("two")
    closed.close()


def test_an_answer_that_nobody_reads_changes_nothing(closed: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it is: the command goes on to its exit code."""
    monkeypatch.setattr(sys, "stdout", closed)
    with answering():
        sys.stdout.write("long " * 100_000)
    with answering():
        sys.stdout.write("short")
    closed.close()


def test_messages_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr; answers stay on stdout."""
    tell("bis: done")
    with answering():
        sys.stdout.write("answer")
    assert capsys.readouterr() == ("answer", "bis: done\n")


def test_messages_and_questions_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What an error or a question quotes may come from anybody: it cannot erase the line or hide what follows."""
    evil = "train.py\x1b[2K\rnothing to see\u202e\x9b1A"
    tell(f"bis: {evil}")
    said = capsys.readouterr().err
    assert not {"\x1b", "\r", "\u202e", "\x9b"} & set(said)
    assert said.startswith("bis: train.py")
    asked = one_line(f"run {evil}\n\nContinue?")
    assert "\n" not in asked
    assert asked.startswith("run train.py")
    assert asked.endswith("Continue?")
