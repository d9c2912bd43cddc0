"""Findings as SARIF 2.1.0, which code scanning services and editors read.

A place in a notebook is the notebook, with the cell as its logical location and both cell and line in the properties:
SARIF counts the lines of the file, which for a notebook are lines of JSON that nobody looks at.

References
----------
OASIS (2020), Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bis import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.audit import Edit, Finding, Place, Problem, ProjectAudit
    from bis.model.rule_text import RuleText

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_PRECISION = {"high": "high", "medium": "medium", "low": "low"}


def to_sarif(audits: Iterable[ProjectAudit], rules: Sequence[RuleText]) -> dict[str, Any]:
    """A SARIF log with one run for each project.

    Parameters
    ----------
    audits : iterable of ProjectAudit
    rules : sequence of RuleText
        All rules that findings may name.
    """
    driver = {
        "name": "bis",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://pypi.org/project/bis/",
        "rules": [_rule(rule) for rule in rules],
    }
    order = {rule.code: index for index, rule in enumerate(rules)}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(audit, driver, order) for audit in audits]}


def _rule(rule: RuleText) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.help_markdown or rule.summary, "markdown": rule.help_markdown or rule.summary},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"precision": _PRECISION[rule.confidence.value], "tags": ["reproducibility", "traceability"]},
    }


def _run(audit: ProjectAudit, driver: dict[str, Any], order: dict[str, int]) -> dict[str, Any]:
    seen: Counter[tuple[str, str, str]] = Counter()
    results = [_result(finding, order, seen, silenced=False) for finding in audit.findings]
    results += [_result(finding, order, seen, silenced=True) for finding in audit.suppressed]
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"PROJECT": {"description": {"text": "The project's folder."}}},
        "automationDetails": {"id": f"bis/{quote(audit.project, safe='', errors='surrogatepass')}/"},
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": [_notification(p) for p in audit.problems]}
        ],
        "results": results,
    }


def _result(
    finding: Finding, order: dict[str, int], seen: Counter[tuple[str, str, str]], *, silenced: bool
) -> dict[str, Any]:
    key = (finding.code, finding.place.file, finding.message)
    seen[key] += 1
    text = "\0".join((*key, str(seen[key])))
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": finding.message},
        "locations": [_location(finding.place)],
        # Lines may move between two versions of a file: they are not in it.
        "partialFingerprints": {"bis/v1": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()},
    }
    if finding.code in order:
        result["ruleIndex"] = order[finding.code]
    if finding.related:
        result["relatedLocations"] = [_location(place) | {"id": i} for i, place in enumerate(finding.related, 1)]
    if silenced:
        result["suppressions"] = [{"kind": "inSource"}]
    if finding.edits and finding.place.cell < 0:
        result["fixes"] = [_fix(finding.edits)]
    return result


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(place.file)}}
    if place.cell >= 0:
        location["logicalLocations"] = [{"name": f"cell {place.cell}", "index": -1, "kind": "module"}]
        location["properties"] = {"cell": place.cell, "line": place.line}
        location["physicalLocation"]["region"] = {"startLine": 1}
    elif place.line:
        location["physicalLocation"]["region"] = _region(place)
    return location


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file or ".", safe="/~!$&'()*+,;=@", errors="surrogatepass"), "uriBaseId": "PROJECT"}


def _region(place: Place) -> dict[str, int]:
    region = {"startLine": place.line}
    if place.column:
        region["startColumn"] = place.column
    if place.end_line:
        region["endLine"] = place.end_line
        if place.end_column:
            region["endColumn"] = place.end_column
    return region


def _fix(edits: tuple[Edit, ...]) -> dict[str, Any]:
    replacements = [{"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.text}} for edit in edits]
    change = {"artifactLocation": _artifact(edits[0].place.file), "replacements": replacements}
    return {"description": {"text": "The repair that --fix makes."}, "artifactChanges": [change]}


def _notification(problem: Problem) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": f"{problem.file}: {problem.detail}"},
        "descriptor": {"id": problem.kind},
        "locations": [
            _location(problem.place)
            if problem.place
            else {"physicalLocation": {"artifactLocation": _artifact(problem.file)}}
        ],
    }
