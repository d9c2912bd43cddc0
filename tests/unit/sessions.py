"""Sessions of real programs, in a home of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bis
from bis.config import Settings
from bis.evidence.spool import read_events
from bis.launch.launcher import Entry, child_environment, new_session
from bis.model.facets import EntryKind
from bis.model.record import Mode
from bis.model.session import Session

SOURCE = str(Path(bis.__file__).parents[1])
_NOT_INHERITED = ("BIS_", "MLFLOW_", "PYTHONHASHSEED", "CI")


def clean_environ(**more: str) -> dict[str, str]:
    """The environment without what this test run says to bis and MLflow, with bis importable."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED) or k == "BIS_HOME"}
    return {**kept, "PYTHONPATH": SOURCE, "MLFLOW_DISABLE_TELEMETRY": "true", **more}


@dataclass(frozen=True, slots=True)
class Ran:
    """A recorded program that has ended."""

    session: Session
    code: int
    out: str
    err: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """The spool."""
        return Path(self.session.spool)

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Events of a kind."""
        return [e for e in self.events if e["k"] == kind]

    def one(self, kind: str) -> dict[str, Any]:
        """The only event of a kind."""
        (event,) = self.all(kind)
        return event


def described_session(folder: Path, **changes: Any) -> Session:
    """A session of a script in `folder`, of which nothing is on the disk."""
    facts: dict[str, Any] = {
        "version": 1,
        "session": "s",
        "mode": Mode.RUN,
        "started_unix_s": 1.0,
        "bis_version": "0",
        "kind": EntryKind.SCRIPT,
        "target": "train.py",
        "argv": (),
        "interpreter_options": (),
        "cwd": str(folder),
        "project_root": str(folder),
        "root": "00" * 32,
        "serve": True,
        "hash_seed": "1",
        "spool": str(folder),
    }
    return Session(**{**facts, **changes})


def session_of(project: Path, text: str | None = None, **changes: Any) -> Session:
    """A session of ``program.py`` in `project`, which gets `text`; its folder is made."""
    if text is not None:
        (project / "program.py").write_text(text, encoding="utf-8")
    entry = Entry(EntryKind.SCRIPT, "program.py", changes.pop("argv", ()))
    session = new_session(entry, mode=Mode.RUN, cwd=project, project_root=project, settings=Settings())
    return replace(session, **changes)


def record(project: Path, text: str, *arguments: str, **variables: str) -> Ran:
    """Run a program with the recorder in it, and nothing else of `bis run`."""
    session = session_of(project, text, argv=arguments)
    done = subprocess.run(
        [sys.executable, "program.py", *arguments],
        cwd=project,
        env=child_environment(session, clean_environ(**variables)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Ran(session, done.returncode, done.stdout, done.stderr, list(read_events(Path(session.spool))))


def sessions(home: Path) -> list[Path]:
    """The sessions that are there."""
    return sorted((home / "sessions").glob("*"))
