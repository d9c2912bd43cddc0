"""Findings as SARIF 2.1.0, which code scanning services and editors read.

SARIF counts the lines of a file, and those of a notebook are lines of JSON that people do not read. A place in a
notebook is therefore the first line of the file, where services show it, with the cell as its logical location, cell
and line as its properties, and both in the message. A finding about a file as a whole is at its first line too.

References
----------
OASIS (2023), Static Analysis Results Interchange Format (SARIF) Version 2.1.0, Errata 01.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bis._version import __version__
from bis.report.json.audit_json import writable
from bis.report.sarif.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.project_audit import Edit, Finding, Place, Problem, ProjectAudit
    from bis.model.rule_text import RuleText

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}  # as GitHub calls them


def to_sarif(audits: Iterable[ProjectAudit], rules: Sequence[RuleText]) -> dict[str, Any]:
    """A SARIF log with one run for each project.

    Parameters
    ----------
    audits : iterable of ProjectAudit
    rules : sequence of RuleText
        All rules that findings may name.

    Returns
    -------
    dict
        Ready for ``json.dump``. Addresses of files are relative to the project's folder, ``PROJECT``.
    """
    driver = {
        "name": "bis",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    order = {rule.code: index for index, rule in enumerate(rules)}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(audit, driver, order) for audit in audits]}
    made: dict[str, Any] = writable(log)
    return made


def _rule(rule: RuleText) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.help_markdown or rule.summary, "markdown": rule.help_markdown or rule.summary},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "precision": rule.confidence.value,
            "problem.severity": _SEVERITIES[rule.severity.value],
            "tags": ["reproducibility", "traceability"],
        },
    }


def _run(audit: ProjectAudit, driver: dict[str, Any], order: dict[str, int]) -> dict[str, Any]:
    findings = [*audit.findings, *audit.suppressed]
    prints = fingerprints(findings)
    results = [_result(finding, prints[i], order) for i, finding in enumerate(findings)]
    for result in results[len(audit.findings) :]:
        result["suppressions"] = [{"kind": "inSource"}]
    successful = bool(audit.facts) or not audit.problems
    invocation = {
        "executionSuccessful": successful,
        "toolExecutionNotifications": [_notification(p, "warning" if successful else "error") for p in audit.problems],
    }
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROJECT": {"description": {"text": "The folder that bis was run in."}}},
        "automationDetails": {"id": f"bis/{quote(audit.project, safe='', errors='surrogatepass')}/"},
        "invocations": [invocation],
        "results": results,
    }


def _result(finding: Finding, fingerprint: str, order: dict[str, int]) -> dict[str, Any]:
    place = finding.place
    where = f"cell {place.cell}" + (f", line {place.line}" if place.line else "") + ": " if place.cell >= 0 else ""
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": f"{where}{finding.message}"},
        "locations": [_location(place)],
        "partialFingerprints": {"bis/v1": fingerprint},
    }
    if finding.code in order:
        result["ruleIndex"] = order[finding.code]
    if finding.related:
        result["relatedLocations"] = [_location(place) | {"id": i} for i, place in enumerate(finding.related, 1)]
    if finding.edits and all(
        at.cell < 0 and at.file.endswith(".py") for at in (place, *(e.place for e in finding.edits))
    ):
        result["fixes"] = [_fix(finding.edits)]
    return result


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.file)}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.cell >= 0:
        physical["region"] = {"startLine": 1}
        name = f"cell {place.cell}"
        full_name = f"{place.file}/{name}"
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": full_name, "kind": "cell"}]
        location["properties"] = {"cell": place.cell, "line": place.line}
    elif place.file:
        physical["region"] = _region(place)
    return location


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file or ".", safe="/~!$&'()*+,;=@", errors="surrogatepass"), "uriBaseId": "PROJECT"}


def _region(place: Place) -> dict[str, int]:
    region = {"startLine": place.line or 1}
    if place.line and place.column:
        region["startColumn"] = place.column
    if place.line and place.end_line:
        region["endLine"] = place.end_line
        if place.end_column:
            region["endColumn"] = place.end_column
    return region


def _fix(edits: Sequence[Edit]) -> dict[str, Any]:
    by_file: dict[str, list[dict[str, Any]]] = {}
    for edit in edits:
        at = edit.place  # all four are needed: without an end, SARIF would delete the rest of the line
        end = (at.end_line, at.end_column) if at.end_line and at.end_column else (at.line, at.column)
        deleted = dict(
            zip(("startLine", "startColumn", "endLine", "endColumn"), (at.line, at.column, *end), strict=True)
        )
        by_file.setdefault(at.file, []).append({"deletedRegion": deleted, "insertedContent": {"text": edit.text}})
    changes = [{"artifactLocation": _artifact(file), "replacements": made} for file, made in by_file.items()]
    return {"description": {"text": "The change that --fix makes."}, "artifactChanges": changes}


def _notification(problem: Problem, level: str) -> dict[str, Any]:
    location = (
        _location(problem.place)
        if problem.place is not None
        else {"physicalLocation": {"artifactLocation": _artifact(problem.file)}}
    )
    return {
        "level": level,
        "message": {"text": f"{problem.file}: {problem.detail}" if problem.file else problem.detail},
        "descriptor": {"id": problem.kind},
        "locations": [location],
    }
