"""Names of metrics, models and artifacts where several runs are judged together: each is that of one run."""

from __future__ import annotations

# MLflow allows it in no name of a metric, and no program prints it.
_MARK = "\x1f\x1erun "


def scoped(name: str, run: int) -> str:
    """The name, as that of the run at this place of the session."""
    return f"{name}{_MARK}{run}"


def plain(name: str) -> str:
    """The name as the program gave it."""
    return name if scope(name) is None else name.rpartition(_MARK)[0]


def scope(name: str) -> int | None:
    """The place of the run that a name belongs to; None where it belongs to none."""
    _, mark, run = name.rpartition(_MARK)
    return int(run) if mark and run.isascii() and run.isdigit() else None
