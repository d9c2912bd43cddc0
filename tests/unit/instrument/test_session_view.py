"""The session document: what the host writes is what the program reads."""

from __future__ import annotations

import dataclasses
import json
import os
from typing import TYPE_CHECKING

import pytest

from bis.evidence import spool
from bis.instrument import session_view
from bis.instrument.session_view import SessionView, read_view
from bis.model.facets import GeneratorState
from bis.model.jsonable import from_json, to_json
from bis.model.operations import OperationWatch
from bis.model.record import Mode
from bis.model.search_trial import SearchTrial
from bis.model.session import InputStream, Quarantine, Session
from tests.unit.sessions import described_session

if TYPE_CHECKING:
    from pathlib import Path


def full(folder: Path) -> Session:
    """A session in which no field has its default."""
    session = described_session(
        folder,
        mode=Mode.REPLAY,
        argv=("--lr", os.fsdecode(b"\xff"), "ü", ""),
        interpreter_options=("-O",),
        tracking_uri="sqlite:///x.db",
        states=(GeneratorState("python.random", "d", "x"),),
        quarantine=Quarantine("/q", ("/w",), "http"),
        variables={"A": "b"},
        tracking_variable="sqlite:///y.db",
        parameters={"p": "1"},
        roles={"shuffling": "00"},
        stdin=InputStream("pipe", 1, 2, 3, 4),
        scoped=True,
        reseeded=True,
        probe="find",
        trial=SearchTrial(3, alone=True, restores=True),
        operations=OperationWatch(2),
        switches=("deterministic",),
        python="/usr/bin/python3",
        stderr_in_stdout=True,
    )
    plain = [f.name for f in dataclasses.fields(Session) if getattr(session, f.name) == f.default]
    assert plain == []
    return session


def test_both_sides_know_the_same_document() -> None:
    """Name, version and fields of the document are the same for the host and the instrument."""
    assert (session_view.SESSION, session_view.VERSION) == (spool.SESSION, spool.VERSION)
    assert list(SessionView.__annotations__) == [f.name for f in dataclasses.fields(Session)]
    assert Mode.AMBIENT.value == session_view.AMBIENT


def test_the_program_reads_what_the_host_wrote(tmp_path: Path) -> None:
    """Every field arrives, odd arguments included, and a process that describes itself gives the same back."""
    session = full(tmp_path)
    spool.write_document(tmp_path / spool.SESSION, session)
    view = read_view(str(tmp_path))
    assert view.fields() == to_json(session)
    assert from_json(Session, view.fields()) == session


def test_optional_fields_have_the_defaults_of_the_host(tmp_path: Path) -> None:
    """A document without the fields that the host may leave out reads as the host reads it; others are ignored."""
    session = described_session(tmp_path)
    required = {f.name for f in dataclasses.fields(Session) if f.default is f.default_factory is dataclasses.MISSING}
    document = {k: v for k, v in to_json(session).items() if k in required}
    assert SessionView({**document, "of_a_later_bis": 1}).fields() == to_json(session)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "delimiter|Expecting|JSON"),
        ("", "JSON"),
        ("{} {}", "more than one"),
        ("[]", "expected an object"),
        ('{"version": 1}', "expected the key 'session'"),
        ('{"version": 2}', "format version 2"),
    ],
)
def test_unreadable_documents_are_explained(tmp_path: Path, text: str, words: str) -> None:
    """A damaged document, one of another format or of a later version is a ValueError that says what is wrong."""
    (tmp_path / spool.SESSION).write_text(text)
    with pytest.raises(ValueError, match=words):
        read_view(str(tmp_path))


def test_a_missing_document_is_an_os_error(tmp_path: Path) -> None:
    """Without a session there is nothing to do."""
    with pytest.raises(OSError, match=json.dumps(spool.SESSION).strip('"')):
        read_view(str(tmp_path))
