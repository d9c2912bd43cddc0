"""The form of a rule: a module with `RULE`, `check`, and its documentation as the module's docstring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.model.project_audit import Confidence, Edit, Finding, Place, RuleStatus, Severity

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known of a rule before it is run.

    Parameters
    ----------
    code : str
        ``BIS`` and three digits; the hundreds are the family. Never used for another rule again.
    name : str
        Reads after "allow": ``unseeded-split``.
    severity : Severity
    confidence : Confidence
    since : str
        The version of bis that brought it.
    gate : frozenset of str
        First parts of imports, one of which a project must use for the rule to be asked at all; empty: always.
    fixable : bool
        Whether some of its findings carry a safe fix.
    status : RuleStatus
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    since: str = "0.1"
    gate: frozenset[str] = frozenset()
    fixable: bool = False
    status: RuleStatus = RuleStatus.STABLE

    def at(
        self, place: Place, message: str, *, edits: tuple[Edit, ...] = (), related: tuple[Place, ...] = ()
    ) -> Finding:
        """A finding of this rule."""
        return Finding(self.code, self.name, message, place, self.severity, self.confidence, edits, related)

    def at_call(
        self, module: Module, call: Call, message: str, *, edits: tuple[Edit, ...] = (), related: tuple[Place, ...] = ()
    ) -> Finding:
        """A finding of this rule at a call."""
        return self.at(module.place_of(call), message, edits=edits, related=related)


CRASHED = Rule("BIS000", "crashed-rule", Severity.ERROR, Confidence.HIGH)
UNUSED = Rule("BIS002", "unused-suppression", Severity.NOTE, Confidence.HIGH)
