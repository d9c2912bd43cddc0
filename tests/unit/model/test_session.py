"""The launcher's instructions."""

from __future__ import annotations

from bis.model.facets import EntryKind, GeneratorState
from bis.model.jsonable import from_json, to_json
from bis.model.record import Mode
from bis.model.session import Quarantine, Session


def test_session_reaches_the_program_unchanged() -> None:
    """What the launcher writes is what the recorder reads, quarantine and states included."""
    session = Session(
        version=1, session="s", mode=Mode.REPLAY, started_unix_s=1.5, bis_version="0", kind=EntryKind.SCRIPT,
        target="t.py", argv=("--lr", "0.1"), interpreter_options=(), cwd="/w", project_root="/w", root="00" * 32,
        serve=True, hash_seed=None, spool="/s", states=(GeneratorState("python.random", "d", "x"),),
        quarantine=Quarantine("/q", ("/a",), "http"),
    )  # fmt: skip
    assert from_json(Session, to_json(session)) == session
