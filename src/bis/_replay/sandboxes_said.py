"""What a verdict says of the sandboxes in which its replays ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.sandbox import SandboxKind
from bis.model.statement import Statement, StatementCode, statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.verdict import Outcome


def sandboxes_said(outcomes: Iterable[Outcome]) -> tuple[Statement, ...]:
    """Which sandboxes they were, each once, and which programs in them were not watched."""
    found = [outcome.containment for outcome in outcomes if outcome.containment is not None]
    kinds = dict.fromkeys((c.kind, c.network, c.signals) for c in found)
    said = [
        statement(StatementCode.RAN_WITHOUT_SANDBOX)
        if kind is SandboxKind.NONE
        else statement(StatementCode.RAN_IN_SANDBOX, sandbox=kind.value, network=network, signals=signals)
        for kind, network, signals in kinds
    ]
    programs = sorted({p for c in found if c.kind is not SandboxKind.NONE for p in c.programs})
    if programs:
        said.append(statement(StatementCode.PROGRAMS_NOT_WATCHED, programs=tuple(programs)))
    return tuple(said)
