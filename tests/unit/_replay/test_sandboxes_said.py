"""What a verdict says of sandboxes."""

from __future__ import annotations

from bis._replay.sandboxes_said import sandboxes_said
from bis.model.sandbox import Containment, SandboxKind
from bis.model.statement import StatementCode, statement
from bis.model.verdict import Outcome, ReplayKind


def outcome(containment: Containment | None) -> Outcome:
    """A replay in this sandbox."""
    return Outcome(0, ReplayKind.EXACT, None, None, containment=containment)


def test_each_sandbox_is_said_once() -> None:
    """With the programs in it that were not watched; replays from before there were sandboxes say nothing."""
    inside = Containment(SandboxKind.LANDLOCK, signals=True, programs=("git", "cp"))
    said = sandboxes_said([outcome(None), outcome(inside), outcome(inside), outcome(Containment(SandboxKind.NONE))])
    assert said == (
        statement(StatementCode.RAN_IN_SANDBOX, sandbox="landlock", network=False, signals=True),
        statement(StatementCode.RAN_WITHOUT_SANDBOX),
        statement(StatementCode.PROGRAMS_NOT_WATCHED, programs=("cp", "git")),
    )
    assert sandboxes_said([outcome(None)]) == ()
