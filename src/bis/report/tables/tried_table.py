"""Tried projects as a table of text: one row each, what the funnel is made of."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.tried_project import TriedProject

COLUMNS = (
    "project", "commit", "place", "need", "evidence", "evidence_name", "evidence_kind", "evidence_number", "file",
    "line", "candidate", "target", "arguments", "dependencies", "declared_in", "python", "as_of_unix_s", "packages",
    "exit_code", "runs", "metrics", "replay", "replays", "published", "published_compared", "deviations",
    "missing_guards", "run_id", "seconds", "disk_bytes",
)  # fmt: skip
# A spreadsheet takes a cell that starts with one of these for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def tried_rows(tries: Iterable[TriedProject]) -> str:
    """The table as CSV, with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in tries:
        writer.writerow({name: _safe(value) for name, value in _row(one).items()})
    return text.getvalue()


def _row(one: TriedProject) -> dict[str, object]:
    said = one.evidence[0] if one.evidence else None
    chosen, needed, environment = one.chosen, one.dependencies, one.environment
    return {
        "project": one.project,
        "commit": one.commit,
        "place": one.place.value,
        "need": one.need.value if one.need else "",
        "evidence": " ".join(said.text.split()) if said else "",
        "evidence_name": said.name if said else "",
        "evidence_kind": said.kind.value if said else "",
        "evidence_number": said.number if said and said.number else "",
        "file": said.file if said else "",
        "line": said.line if said and said.line else "",
        "candidate": chosen.kind.value if chosen else "",
        "target": chosen.target if chosen else "",
        "arguments": " ".join(chosen.argv) if chosen else "",
        "dependencies": needed.source.value if needed else "",
        "declared_in": " ".join(needed.files) if needed else "",
        "python": environment.python if environment else "",
        "as_of_unix_s": environment.as_of_unix_s if environment and environment.as_of_unix_s is not None else "",
        "packages": len(environment.lock) if environment else "",
        "exit_code": "" if one.exit_code is None else one.exit_code,
        "runs": one.runs,
        "metrics": one.metrics,
        "replay": one.replays.level,
        "replays": one.replays.replays,
        "published": one.published.level,
        "published_compared": one.published.compared,
        "deviations": "; ".join(f"{d.what}: {d.recorded} -> {d.replayed}" for d in one.deviations)[:1000],
        "missing_guards": " ".join(guard.value for guard in one.missing_guards),
        "run_id": one.run_id,
        "seconds": round(sum(one.seconds.values()), 1),
        "disk_bytes": one.disk_bytes,
    }


def _safe(value: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
