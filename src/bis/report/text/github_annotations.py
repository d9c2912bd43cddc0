"""Findings of an audit and of a gate as annotations of a GitHub workflow.

References
----------
"Workflow commands for GitHub Actions", GitHub documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.project_audit import Severity
from bis.report.text.audit_text import printable
from bis.report.text.gate_text import finding_reason, finding_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bis.model.gate import GateResult
    from bis.model.project_audit import Finding, ProjectAudit

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_GATE_COMMANDS = {0: "notice", 4: "warning", 5: "warning"}  # by exit code; all others are errors


def workflow_commands(audits: Iterable[ProjectAudit]) -> str:
    """One line for each finding, which GitHub shows at its place in the change.

    GitHub cannot show a cell of a notebook: the text names it. Control characters become ``�``, but for the ends of
    lines, which are escaped; nothing in a project can thus end a command or start another.
    """
    return "".join(_annotation(finding) + "\n" for audit in audits for finding in audit.findings)


def gate_commands(result: GateResult) -> str:
    """One line for each finding of a gate, at the file of its program, and for what the audit suspects of it."""
    lines = []
    for program in result.programs:
        for finding in program.findings:
            reason = finding_reason(finding, program)
            where = {"file": program.file, "title": f"bis ci: {finding_words(finding)}"}
            text = reason or f"{program.program}, run {program.run_id}"
            lines.append(_command(_GATE_COMMANDS.get(finding.code.exit_code, "error"), where, text))
        lines += [_annotation(suspect) for suspect in program.suspects]
    return "".join(f"{line}\n" for line in lines)


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
    return _command(_COMMANDS[finding.severity], where, message)


def _command(name: str, where: Mapping[str, str], message: str) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in where.items() if value)
    return f"::{name} {properties}::{_data(message)}"


def _data(text: str) -> str:
    lines = ("\r".join(map(printable, line.split("\r"))) for line in text.split("\n"))
    return "\n".join(lines).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
