"""Findings as a Code Quality report of GitLab, which it shows in merge requests.

References
----------
"Code Quality report format", GitLab documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.project_audit import Severity
from bis.report.json.audit_json import writable
from bis.report.sarif.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.project_audit import Finding, ProjectAudit

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "minor"}


def code_quality(audits: Iterable[ProjectAudit]) -> list[dict[str, Any]]:
    """One entry for each finding, ready for ``json.dump``.

    A fingerprint stays as lines move. GitLab cannot show a cell of a notebook: the text names it.
    """
    found: list[dict[str, Any]] = []
    for audit in audits:
        # Silenced findings are counted with the others, so that silencing one does not make a new one of the next.
        prints = fingerprints([*audit.findings, *audit.suppressed])
        found += [_entry(finding, prints[i]) for i, finding in enumerate(audit.findings)]
    made: list[dict[str, Any]] = writable(found)
    return made


def _entry(finding: Finding, fingerprint: str) -> dict[str, Any]:
    place = finding.place
    where = f"cell {place.cell}" + (f", line {place.line}" if place.line else "") + ": " if place.cell >= 0 else ""
    return {
        "description": f"{where}{finding.message}",
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": place.file or ".",
            "lines": {"begin": place.line if place.line and place.cell < 0 else 1},
        },
    }
