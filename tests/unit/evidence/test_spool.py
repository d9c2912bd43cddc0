"""The spool: what was written, torn or foreign, is read back or explained."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.evidence import spool as spool_files
from bis.evidence.spool import read_events, read_exit, read_session, write_document
from bis.instrument.events import EventWriter
from bis.model.session import Exit
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path


def kinds(folder: Path) -> list[str]:
    """The kinds of all events."""
    return [e["k"] for e in read_events(folder)]


def test_a_torn_line_costs_itself_only(tmp_path: Path) -> None:
    """Lines that are no JSON, or no objects, are left out; those after them are read."""
    EventWriter(tmp_path).write("first")
    path = next(tmp_path.iterdir())
    with path.open("ab") as file:
        file.write(b'{"k": "to\n[1]\n{"k": "last", "t": 1}\n{"k": "cut')
    assert kinds(tmp_path) == ["first", "last"]


def test_documents_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A value that cannot be written leaves the old document, and no half of a new one."""
    path = tmp_path / "exit.json"
    write_document(path, Exit(0, None, timed_out=False, ended_unix_s=1.0, duration_s=2.0))
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_document(path, {"x": object()})
    with pytest.raises(OSError, match="No such file"):
        write_document(tmp_path / "gone" / "exit.json", 1)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["exit.json"]


def test_sessions_come_back(tmp_path: Path) -> None:
    """A session is read as it was written, odd arguments included."""
    given = described_session(tmp_path, argv=(os.fsdecode(b"\xff"), "ü", ""), tracking_uri="sqlite:///x.db")
    write_document(tmp_path / spool_files.SESSION, given)
    assert read_session(tmp_path) == given


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (None, EvidenceDamaged, "is missing"),
        ("{", EvidenceDamaged, "cannot be read"),
        ("[]", EvidenceDamaged, "an object"),
        ('{"version": 1}', EvidenceDamaged, "expected the key 'session'"),
        ('{"version": "2"}', EvidenceDamaged, "expected"),
        ('{"version": 2}', EvidenceTooNew, "format version 2"),
    ],
)
def test_unreadable_sessions_are_explained(tmp_path: Path, text: str | None, error: type, words: str) -> None:
    """Absent, torn, foreign and later sessions are told apart."""
    if text is not None:
        (tmp_path / spool_files.SESSION).write_text(text)
    with pytest.raises(error, match=words):
        read_session(tmp_path)


def test_the_end_is_read_where_it_was_seen(tmp_path: Path) -> None:
    """No exit file: nobody saw the end. A torn one is damage."""
    assert read_exit(tmp_path) is None
    ended = Exit(None, 9, timed_out=True, ended_unix_s=1.5, duration_s=0.25, stdout_cut=True)
    write_document(tmp_path / spool_files.EXIT, ended)
    assert read_exit(tmp_path) == ended
    (tmp_path / spool_files.EXIT).write_text(json.dumps({"exit_code": 0}))
    with pytest.raises(EvidenceDamaged, match="signal"):
        read_exit(tmp_path)


def test_exits_of_an_earlier_bis_are_read(tmp_path: Path) -> None:
    """A key that came later has a default."""
    facts = {"exit_code": 0, "signal": None, "timed_out": False, "ended_unix_s": 1, "duration_s": 1}
    (tmp_path / spool_files.EXIT).write_text(json.dumps(facts))
    found = read_exit(tmp_path)
    assert found is not None
    assert found.stdout_cut is False
