"""Runs the programs of tests/assets/entropy in their own interpreters, with or without the recorder of randomness."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bis.evidence.spool import SESSION, write_document
from bis.instrument.entropy.entropy_plan import CLAIMS, EntropyPlan
from tests.unit.sessions import described_session

ASSETS = Path(__file__).parents[1] / "assets" / "entropy"
SOURCES = Path(__file__).parents[2] / "src"
A = EntropyPlan(bytes(range(32)))
B = EntropyPlan(bytes(range(1, 33)))
PASSIVE = EntropyPlan(bytes(32), serve=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program printed, as JSON, and what the recorder in it told its observer."""

    printed: Any
    facts: list[list[Any]] = field(default_factory=list)

    def told(self, kind: str) -> list[list[Any]]:
        """The facts of one kind, without the kind."""
        return [fact[1:] for fact in self.facts if fact[0] == kind]


def new_session(plan: EntropyPlan, folder: Path) -> Path:
    """The folder of a new session with the root of a plan."""
    spool = Path(tempfile.mkdtemp(prefix="spool-", dir=folder))
    (spool / CLAIMS).mkdir()
    session = described_session(
        folder,
        root=plan.root.hex(),
        serve=plan.serve,
        spool=str(spool),
        scoped=plan.scoped,
        reseeded=plan.reseeded,
        roles={role: root.hex() for role, root in plan.roles.items()},
    )
    write_document(spool / SESSION, session)
    return spool


def run(
    plan: EntropyPlan | None, log: Path, *command: str, states: dict[str, str] | None = None, **environment: str
) -> Outcome:
    """Run a program of the assets (or ``-c code``) under a plan, in a session of its own.

    None runs it as if bis were not there.
    """
    log.unlink(missing_ok=True)
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BIS_")},
        "PYTHONPATH": os.pathsep.join((str(ASSETS), str(SOURCES))),
        "BIS_TEST_LOG": str(log),
        "OMP_NUM_THREADS": "2",
        "PYTHONHASHSEED": "0",
        **environment,
    }
    if plan is not None:
        variables["BIS_SPOOL"] = str(new_session(plan, log.parent))
    if states is not None:
        variables["BIS_TEST_STATES"] = json.dumps(states)
    program = command if command[0] == "-c" else (str(ASSETS / command[0]), *command[1:])
    done = subprocess.run(
        [sys.executable, *program],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=log.parent,
    )
    assert done.returncode == 0, done.stderr
    facts = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return Outcome(json.loads(done.stdout), facts)
