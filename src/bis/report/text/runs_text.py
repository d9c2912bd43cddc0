"""Runs as a table (``bis runs``), and the replays of a run (``bis show``)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from bis.report.text.terminal import print_text, styled, table, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.stored_runs import RunSummary

_SHORT_ID = 8  # the tables fit into 80 columns; any command takes a prefix


def runs_text(runs: Sequence[RunSummary], *, limit: int | None = None, width: int = 80, colour: bool = False) -> str:
    """Runs as a table.

    Parameters
    ----------
    runs : sequence of RunSummary
        In the order in which they are shown.
    limit : int, optional
        How many were asked for: where there are as many, there may be more.
    width : int
        Of the terminal, in characters.
    colour : bool
        Whether to use colour.

    Returns
    -------
    str
        Lines that end in a newline.
    """
    if not runs:
        return "no runs\n"
    rows = [
        (
            run.run_id[:_SHORT_ID],
            moment(run.started_unix_s)[:-3],
            run.name,
            run.status,
            run.tags.get("bis.mode", "-"),
            styled(run.tags["bis.verdict"]) if "bis.verdict" in run.tags else "-",
            "-" if run.replays is None else str(run.replays),
        )
        for run in runs
    ]
    heads = ("run", "started (UTC)", "name", "status", "bis", "verdict", "replays")
    parts: list[Any] = [table(heads, rows, right=(6,), whole=(0, 1, 3, 4, 5, 6), fold=2)]
    if limit is not None and len(runs) >= limit:
        parts += ["", f"the latest {limit}; more with --limit"]
    return text_of(parts, width=width, colour=colour)


def print_runs(runs: Sequence[RunSummary], *, limit: int | None = None) -> None:
    """Print runs as a table on stdout."""
    print_text(lambda width, colour: runs_text(runs, limit=limit, width=width, colour=colour))


def replays_table(replays: Sequence[RunSummary]) -> Any:
    """Replays of a run as a table: how each ended, and how many metrics have the bits of the original."""
    rows = [
        (
            replay.run_id[:_SHORT_ID],
            replay.tags.get("bis.replay.kind", "-"),
            moment(replay.started_unix_s),
            replay.status,
            replay.tags.get("bis.replay.same_metrics", "-"),
        )
        for replay in replays
    ]
    heads = ("replay", "kind", "started (UTC)", "ended", "same metrics")
    return table(heads, rows, right=(4,), whole=(0, 1, 2, 3, 4), fold=3)


def runs_named(run_ids: Sequence[str]) -> str:
    """The first of the runs of a program, and how many more there are."""
    if not run_ids:
        return "no run"
    more = len(run_ids) - 1
    return run_ids[0] if not more else f"{run_ids[0]} and {more} more run{'' if more == 1 else 's'}"


def moment(unix_s: float) -> str:
    """A time to the second, in UTC."""
    return datetime.fromtimestamp(unix_s, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
