"""Comments that silence findings: ``# bis: ignore[BIS101] reason`` on a line, ``# bis: ignore-file[...]`` anywhere."""

from __future__ import annotations

import io
import re
import tokenize

_COMMENT = re.compile(r"#\s*bis:\s*ignore(?P<whole>-file)?(?![\w-])\s*(?:\[(?P<codes>[^\]]*)\])?\s*(?P<reason>.*)$")
_MARK = "bis:"
WHOLE_FILE = 0  # the line number under which comments for the whole file are kept

Ignores = dict[tuple[int, int], tuple[tuple[str, ...], str]]


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
        (cell, line) -> codes (empty: all) and reason; line 0 for comments about the whole file.
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
        return found  # half-written code: what comes before the fault counts
    return found
