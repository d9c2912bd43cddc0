"""Names of metrics, models and artifacts where several runs are judged together: each is that of one run."""

from __future__ import annotations

# MLflow allows it in no name of a metric, and no operating system in a file that was made by hand.
_MARK = "\x1f"


def scoped(name: str, run: int) -> str:
    """The name, as that of the run at this place of the session."""
    return f"{name}{_MARK}{run}"


def plain(name: str) -> str:
    """The name as the program gave it."""
    return name.partition(_MARK)[0]


def scope(name: str) -> int | None:
    """The place of the run that a name belongs to; None where it belongs to none."""
    _, mark, run = name.partition(_MARK)
    return int(run) if mark else None
