"""What is kept of a program's standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bis.evidence.digests import digest_bytes
from bis.evidence.spool import STDIN, STDIN_KEPT
from bis.model.facets import StandardInput
from bis.model.session import Exit, InputStream
from bis.record.given_input import keep_input, standard_input_of, unkept_input
from bis.record.observed_session import ObservedSession
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path


def observed(
    folder: Path,
    given: InputStream | None,
    *said: str,
    content: bytes | None = None,
    read: bool = False,
) -> Any:
    """A session whose standard input was that; `said` is what the recorder noted, `read` what the launcher saw."""
    if content is not None:
        (folder / STDIN).write_bytes(content)
    session = described_session(folder, stdin=given)
    ended = Exit(0, None, timed_out=False, ended_unix_s=1.0, duration_s=1.0, stdin_read=read)
    seen = ObservedSession(folder, session, ended, (), {"stdin": [{"how": how} for how in said]})
    keep_input(seen)
    return standard_input_of(seen)


def test_what_was_read_is_kept(tmp_path: Path) -> None:
    """Of a pipe the copy, byte for byte; nothing read and its end seen is an empty input."""
    content = b"a\xff\x00\r\n"
    kept = observed(tmp_path, InputStream("pipe"), "read", content=content)
    assert kept == StandardInput("pipe", read=True, size_bytes=5, digest=digest_bytes(content))
    assert (tmp_path / STDIN_KEPT).read_bytes() == content
    assert unkept_input(kept) == ()


def test_a_file_counts_where_its_position_moved(tmp_path: Path) -> None:
    """A copy of a file that was not read is removed."""
    given = InputStream("file", limit_bytes=9)
    assert observed(tmp_path, given, content=b"abc", read=True).complete
    (tmp_path / STDIN_KEPT).unlink()
    assert observed(tmp_path, given, content=b"abc") == StandardInput("file")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "said", "problem"),
    [
        (InputStream("terminal"), ("read",), "terminal"),
        (InputStream("pipe"), ("read", "cut"), "cut"),
        (InputStream("pipe"), ("read", "other"), "other"),
        (InputStream("file", limit_bytes=2), ("other",), "cut"),
        (InputStream("file", start=1, limit_bytes=9), ("other",), "other"),
    ],
)
def test_what_cannot_be_given_again_says_why(
    tmp_path: Path, given: InputStream, said: tuple[str, ...], problem: str
) -> None:
    """A terminal, more than is kept, and what was read under another name."""
    found = observed(tmp_path, given, *said, content=b"abc")
    assert (found.read, found.complete, found.problem) == (True, False, problem)
    assert len(unkept_input(found)) == 1
    assert not (tmp_path / STDIN_KEPT).exists()


def test_a_pipe_that_was_emptied_unseen_is_lost(tmp_path: Path) -> None:
    """By a child such as ``wc``; where the recorder saw the reading, it has what was read."""
    found = observed(tmp_path, InputStream("pipe", start=4), read=True)
    assert (found.read, found.complete, found.problem) == (True, False, "other")
    assert observed(tmp_path, InputStream("pipe", start=4), "read", content=b"ab", read=True).complete


def test_secrets_are_taken_out(tmp_path: Path) -> None:
    """And then it is not what the program read."""
    found = observed(tmp_path, InputStream("pipe"), "read", content=b"\xff password = 'hunter2hunter2'\n")
    assert (found.complete, found.problem) == (False, "secret")
    assert b"hunter2" not in (tmp_path / STDIN_KEPT).read_bytes()


def test_not_recorded_and_not_read(tmp_path: Path) -> None:
    """Notebooks and older sessions have none; a program that read nothing is said to."""
    assert observed(tmp_path, None) is None
    assert observed(tmp_path, InputStream("pipe")) == StandardInput("pipe")
    assert unkept_input(None) == ()
