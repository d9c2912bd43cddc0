"""Findings as annotations of a GitHub workflow.

References
----------
"Workflow commands for GitHub Actions", GitHub documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.project_audit import Severity
from bis.report.text.audit_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.project_audit import Finding, ProjectAudit

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def workflow_commands(audits: Iterable[ProjectAudit]) -> str:
    """One line for each finding, which GitHub shows at its place in the change.

    GitHub cannot show a cell of a notebook: the text names it. Control characters become ``�``, but for the ends of
    lines, which are escaped; nothing in a project can thus end a command or start another.
    """
    return "".join(_annotation(finding) + "\n" for audit in audits for finding in audit.findings)


def _annotation(finding: Finding) -> str:
    place = finding.place
    where = {"file": place.file}
    message = finding.message
    if place.cell >= 0:
        line = f", line {place.line}" if place.line else ""
        message = f"cell {place.cell}{line}: {message}"
    elif place.line:
        last = place.end_line or place.line
        where |= {"line": str(place.line), "endLine": str(last)}
        if place.column and last == place.line:  # GitHub shows columns within one line only
            where["col"] = str(place.column)
    where["title"] = f"{finding.code} {finding.name}"
    properties = ",".join(f"{key}={_property(value)}" for key, value in where.items() if value)
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(message)}"


def _data(text: str) -> str:
    lines = ("\r".join(map(printable, line.split("\r"))) for line in text.split("\n"))
    return "\n".join(lines).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
