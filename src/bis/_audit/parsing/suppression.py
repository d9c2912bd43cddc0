"""Comments that silence findings: ``# bis: ignore[BIS101] reason`` on a line, ``# bis: ignore-file[...]`` anywhere."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING

from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Finding, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bis._audit.program.ir import Module

_COMMENT = re.compile(r"#\s*bis:\s*ignore(?P<whole>-file)?(?![\w-])\s*(?:\[(?P<codes>[^\]]*)\])?\s*(?P<reason>.*)$")
_MARK = "bis:"
WHOLE_FILE = 0  # the line number under which comments for the whole file are kept

Ignores = dict[tuple[int, int], tuple[tuple[str, ...], str]]

UNUSED = Rule("BIS002", "unused-suppression", Severity.NOTE, Confidence.HIGH)


def read_comments(text: str, cell: int) -> Ignores:
    """The suppressing comments of a file or cell; only comments count, not strings that look like one.

    Parameters
    ----------
    text : str
        Python.
    cell : int
        Index of the cell, -1 for a script.

    Returns
    -------
    dict
        (cell, line) -> codes (empty: all) and reason; line 0 for comments that speak of the whole file.
    """
    if _MARK not in text:
        return {}
    found: Ignores = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
            if match:
                codes = tuple(code.strip().upper() for code in (match["codes"] or "").split(",") if code.strip())
                if match["whole"]:
                    before, _reason = found.get((cell, WHOLE_FILE), ((), ""))
                    codes = (*before, *codes)
                found[(cell, WHOLE_FILE if match["whole"] else token.start[0])] = (codes, match["reason"].strip())
    except (tokenize.TokenError, SyntaxError, ValueError):
        return found  # half-written code: what stands before the fault counts
    return found


def divide(
    findings: Iterable[Finding], modules: Iterable[Module], asked: Callable[[str], bool] = lambda _code: True
) -> tuple[list[Finding], list[Finding]]:
    """Findings that stand, with those of comments that silence nothing, and findings that are silenced.

    Parameters
    ----------
    findings : iterable of Finding
    modules : iterable of Module
    asked : callable
        Whether a code was looked for: a comment for one that was not is of use another time. The empty code stands for
        all.
    """
    ignores = {m.file: m.ignores for m in modules if m.ignores}
    used: set[tuple[str, int, int]] = set()
    stand, silenced = [], []
    for finding in findings:
        place = finding.place
        comment = _comment_for(finding, ignores.get(place.file, {}))
        if comment is None:
            stand.append(finding)
        else:
            used.add((place.file, *comment))
            silenced.append(finding)
    for file, comments in ignores.items():
        for (cell, line), (codes, _reason) in comments.items():
            if (file, cell, line) not in used and all(asked(code) for code in codes or ("",)):
                what = ", ".join(codes) or "any rule"
                stand.append(
                    UNUSED.at(Place(file, cell, line or 1), f"this comment silences {what}, which found nothing")
                )
    return stand, silenced


def _comment_for(finding: Finding, comments: Ignores) -> tuple[int, int] | None:
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
