"""Exceptions that only report that something else failed: what that was stands before them in what was printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOST = 12
_EXCEPTION = re.compile(
    r"(?m)^(?P<type>(?:\w+\.)*[A-Z]\w*(?:Error|Exception|NotFound|Refused|Timeout|Exit|Failed|Failure)): "
    r"(?P<message>.+)$"
)
# ZenML; subprocess; MLflow's projects; Prefect; Metaflow.
_REPORTS = re.compile(
    r"run has failed due to failure in step|returned non-zero exit status \d+|Run \(ID '[0-9a-f]+'\) failed"
    r"|Non-zero exit code: \d+|[Ff]low run encountered an exception|Step failure:|[Tt]ask .{1,80} failed"
)
_MARK = "During handling of the above exception"
_SLIPS = frozenset({"UnboundLocalError", "NameError"})
_FILE = re.compile(r"[\w./\\-]+\.py\b")


@dataclass(frozen=True, slots=True)
class FailureBehind:
    """An exception that was printed: class, message, and all that was printed until then."""

    kind: str
    message: str
    text: str


def causes_behind(kind: str, message: str, printed: str) -> tuple[FailureBehind, ...]:
    """What failed before an exception that only reports it, the nearest first; empty where it speaks for itself.

    Parameters
    ----------
    kind, message : str
        The class of the exception that ended the program, and its message.
    printed : str
        All that was printed, without colours; the exception itself is at its end.
    """
    if not (_REPORTS.search(message) or _is_slip_of_handler(kind, printed)):
        return ()
    found = {}
    for match in _EXCEPTION.finditer(printed):
        named, said = match["type"].rpartition(".")[2], _whole(match, printed)
        if not said.startswith(message[:60]) and not _REPORTS.search(said):
            found[named, said] = FailureBehind(named, said, printed[: match.end()])
    return tuple(reversed(list(found.values())[-_MOST:]))


def _whole(match: re.Match[str], printed: str) -> str:
    """The message of an exception; below a box of rich its lines are broken at the terminal's width."""
    said = match["message"].strip()
    if printed[: match.start()].rstrip().endswith("\u256f"):
        more = printed[match.end() :].partition("\n\n")[0]
        said = " ".join((said + more).split())
    return said


def _is_slip_of_handler(kind: str, printed: str) -> bool:
    """Whether a library failed in its own code while it handled the failure that matters."""
    if kind not in _SLIPS or _MARK not in printed:
        return False
    files = _FILE.findall(printed.rpartition(_MARK)[2])
    return bool(files) and "site-packages" in files[-1]
