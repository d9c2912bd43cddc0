"""A rule as it is explained."""

from __future__ import annotations

from dataclasses import dataclass

from bis.model.project_audit import Confidence, Severity


@dataclass(frozen=True, slots=True)
class RuleText:
    """What is shown about a rule: `summary` is one sentence, `help_markdown` the whole documentation."""

    code: str
    name: str
    summary: str
    help_markdown: str
    severity: Severity
    confidence: Confidence
    fixable: bool = False
    since: str = ""
