"""Findings that comments silence, and comments that silence nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.suppression_comments import WHOLE_FILE
from bis._audit.rule_contract import UNUSED
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bis._audit.parsing.ir import Module
    from bis.model.project_audit import Finding


def divide(
    findings: Iterable[Finding], modules: Iterable[Module], asked: Callable[[str], bool] = lambda _code: True
) -> tuple[list[Finding], list[Finding]]:
    """Findings that remain, with those of comments that silence nothing, and findings that are silenced.

    Parameters
    ----------
    findings : iterable of Finding
    modules : iterable of Module
    asked : callable
        Whether a code was looked for: a comment for one that was not may be needed another time. The empty code means
        all.
    """
    ignores = {m.file: m.ignores for m in modules if m.ignores}
    used: set[tuple[str, int, int]] = set()
    remaining, silenced = [], []
    for finding in findings:
        place = finding.place
        comment = _comment_for(finding, ignores.get(place.file, {}))
        if comment is None:
            remaining.append(finding)
        else:
            used.add((place.file, *comment))
            silenced.append(finding)
    for file, comments in ignores.items():
        for (cell, line), (codes, _reason) in comments.items():
            if (file, cell, line) not in used and all(asked(code) for code in codes or ("",)):
                what = ", ".join(codes) or "any rule"
                remaining.append(
                    UNUSED.at(Place(file, cell, line or 1), f"this comment silences {what}, which found nothing")
                )
    return remaining, silenced


def _comment_for(
    finding: Finding, comments: Mapping[tuple[int, int], tuple[tuple[str, ...], str]]
) -> tuple[int, int] | None:
    if not comments:
        return None
    place = finding.place
    lines = range(place.line, max(place.end_line, place.line) + 1)
    keys = [(place.cell, line) for line in lines if line]
    keys += [key for key in comments if key[1] == WHOLE_FILE]
    for key in keys:
        if key in comments and (not comments[key][0] or finding.code in comments[key][0]):
            return key
    return None
