"""Audits as JSON: the document that users read, and one line for each project of a corpus, which loses nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bis.model.jsonable import json_value, to_json
from bis.model.project_audit import (
    Confidence,
    Edit,
    Fact,
    Finding,
    Place,
    Problem,
    ProjectAudit,
    Revision,
    Severity,
    Size,
    Substrings,
    TrackingCall,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT, VERSION = "bis.audit", 1


def project_document(audit: ProjectAudit) -> dict[str, Any]:
    """An audit as a JSON document.

    Returns
    -------
    dict
        ``facts`` maps names to values; ``details`` has their reasons and places. ``cell`` is null outside of notebooks,
        there it counts all cells from 0, and ``line`` counts within the cell from 1. It is for readers, and leaves out
        columns and fixes: `to_line` has everything.
    """
    document = {
        "project": audit.project,
        "facts": audit.values,
        "calls": [
            _at(call.place) | {"api": call.api, "kind": call.kind, "tracker": call.tracker, "through": call.through}
            for call in audit.calls
        ],
        "findings": [_finding(finding) for finding in audit.findings],
        "details": {
            name: {"value": audit.values[name], "reason": fact.reason, "places": [_at(place) for place in fact.places]}
            for name, fact in audit.facts.items()
        },
        "suppressed": [_finding(finding) for finding in audit.suppressed],
        "problems": [
            {"file": problem.file, "kind": problem.kind, "detail": problem.detail}
            | ({k: v for k, v in _at(problem.place).items() if k != "file"} if problem.place else {})
            for problem in audit.problems
        ],
        "left_out": audit.left_out,
        "trackers": {name: list(kinds) for name, kinds in audit.trackers.items()},
        "size": to_json(audit.size),
        "revision": to_json(audit.revision),
        "substrings": {
            "traces": audit.substrings.traces,
            "reason": audit.substrings.reason,
            "places": [_at(place) for place in audit.substrings.places],
        },
        "digest": audit.digest,
    }
    made: dict[str, Any] = writable(document)
    return made


def documents(audits: Iterable[ProjectAudit]) -> dict[str, Any]:
    """One project's document, or several under ``projects``; with format and version."""
    made = [project_document(audit) for audit in audits]
    head = {"format": FORMAT, "version": VERSION}
    return head | (made[0] if len(made) == 1 else {"projects": made})


def writable(value: Any) -> Any:
    """The same JSON value, with ``\\udc80`` spelt out where a text holds half a character, which UTF-8 cannot write."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {writable(key): writable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [writable(item) for item in value]
    return value


def to_line(audit: ProjectAudit) -> str:
    """An audit as one line, without the newline; `from_line` reads it back, and nothing is lost."""
    packed = {
        "project": audit.project,
        "facts": {n: [list(f.value) if isinstance(f.value, tuple) else f.value, f.reason, _packed(f.places)]
                  for n, f in audit.facts.items()},
        "calls": [[_pack(c.place), c.api, c.kind, c.tracker, c.through] for c in audit.calls],
        "findings": [_pack_finding(f) for f in audit.findings],
        "suppressed": [_pack_finding(f) for f in audit.suppressed],
        "problems": [[p.file, p.kind, p.detail, _pack(p.place) if p.place else None] for p in audit.problems],
        "left_out": audit.left_out,
        "trackers": audit.trackers,
        "size": to_json(audit.size),
        "revision": to_json(audit.revision),
        "substrings": [audit.substrings.traces, _packed(audit.substrings.places), audit.substrings.reason],
        "digest": audit.digest,
        "sketch": audit.sketch,
    }  # fmt: skip
    return json.dumps(packed, ensure_ascii=True, separators=(",", ":"))


def from_line(line: str) -> ProjectAudit:
    """The audit of a line.

    Raises
    ------
    ValueError
        The line is not an audit.
    """
    try:
        p = json_value(line)
        searched = p["substrings"]
        return ProjectAudit(
            project=p["project"],
            facts={
                n: Fact(tuple(value) if isinstance(value, list) else value, reason, _unpacked(places))
                for n, (value, reason, places) in p["facts"].items()
            },
            calls=tuple(TrackingCall(Place(*place), *rest) for place, *rest in p["calls"]),
            findings=tuple(_unpack_finding(f) for f in p["findings"]),
            suppressed=tuple(_unpack_finding(f) for f in p["suppressed"]),
            problems=tuple(Problem(f, k, d, Place(*place) if place else None) for f, k, d, place in p["problems"]),
            left_out=p["left_out"],
            trackers={name: tuple(kinds) for name, kinds in p["trackers"].items()},
            size=Size(**p["size"]),
            revision=Revision(**p["revision"]),
            substrings=Substrings(searched[0], _unpacked(searched[1]), searched[2]),
            digest=p["digest"],
            sketch=tuple(p["sketch"]),
        )
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"this line is not an audit: {type(error).__name__}: {error}") from error


def _pack(place: Place) -> list[str | int]:
    packed: list[str | int] = [place.file, place.cell, place.line, place.column, place.end_line, place.end_column]
    while len(packed) > 2 and not packed[-1]:
        packed.pop()
    return packed


def _packed(places: tuple[Place, ...]) -> list[list[str | int]]:
    return [_pack(place) for place in places]


def _unpacked(places: list[list[Any]]) -> tuple[Place, ...]:
    return tuple(Place(*place) for place in places)


def _pack_finding(f: Finding) -> list[Any]:
    edits = [[_pack(edit.place), edit.text] for edit in f.edits]
    return [f.code, f.name, f.message, _pack(f.place), f.severity.value, f.confidence.value, edits, _packed(f.related)]


def _unpack_finding(packed: list[Any]) -> Finding:
    code, name, message, place, severity, confidence, edits, related = packed
    made = tuple(Edit(Place(*where), text) for where, text in edits)
    where = Place(*place)
    return Finding(code, name, message, where, Severity(severity), Confidence(confidence), made, _unpacked(related))


def _at(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "cell": place.cell if place.cell >= 0 else None}


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "code": finding.code,
        "name": finding.name,
        **_at(place),
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "fixable": bool(finding.edits),
    }
