"""Audits as tables: a row for each project, for each place of a fact, for each finding, for each call."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from bis.model.audit_facts import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import TypeAlias

    from bis.model.audit import Place, ProjectAudit

    _Columns: TypeAlias = Callable[[Iterable[str]], tuple[str, ...]]
    _Rows: TypeAlias = Callable[[ProjectAudit], Iterator["Row"]]

Row = dict[str, str | int]
_BATCH = 20_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBERS = frozenset(
    [
        "first_year",
        "last_year",
        "python_files",
        "notebooks",
        "code_lines",
        "left_out_files",
        "cell",
        "line",
        "column",
        "problems",
    ]
)
_PLACE = ("file", "cell", "line")


def project_columns(codes: Iterable[str]) -> tuple[str, ...]:
    """The columns of the table of projects; one for each fact, one for each rule with the number of its findings."""
    size = ("python_files", "notebooks", "code_lines", "left_out_files")
    search = ("search_says", "audit_says", "search_reason", "problems", "digest", "counted")
    return ("project", "commit", "first_year", "last_year", *size, *FACTS, *search, *codes)


def project_rows(audit: ProjectAudit) -> Iterator[Row]:
    """The one row of a project."""
    revision, size = audit.revision, audit.size
    facts = {name: ";".join(f.value) if isinstance(f.value, tuple) else f.value for name, f in audit.facts.items()}
    yield {
        "project": audit.project,
        "commit": revision.commit,
        "first_year": revision.first_year,
        "last_year": revision.last_year,
        "python_files": size.python_files,
        "notebooks": size.notebooks,
        "code_lines": size.code_lines,
        "left_out_files": size.left_out_files,
        **facts,
        "search_says": "yes" if audit.substrings.traces else "no",
        "audit_says": "yes" if audit.traces else "no",
        "search_reason": audit.substrings.reason,
        "problems": len(audit.problems),
        "digest": audit.digest,
        **Counter(finding.code for finding in audit.findings),
    }


def fact_rows(audit: ProjectAudit) -> Iterator[Row]:
    """A row for each place of each fact, and one for each fact without a place."""
    for name, fact in audit.facts.items():
        value = ";".join(fact.value) if isinstance(fact.value, tuple) else fact.value
        head: Row = {"project": audit.project, "fact": name, "value": value, "reason": fact.reason}
        if not fact.places:
            yield head
        for place in fact.places:
            yield head | _at(place)


def finding_rows(audit: ProjectAudit) -> Iterator[Row]:
    """A row for each finding."""
    for finding in audit.findings:
        yield {
            "project": audit.project,
            "code": finding.code,
            "name": finding.name,
            **_at(finding.place),
            "column": finding.place.column,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "message": finding.message,
        }


def call_rows(audit: ProjectAudit) -> Iterator[Row]:
    """A row for each call that traces something."""
    for call in audit.calls:
        named: Row = {"tracker": call.tracker, "api": call.api, "kind": call.kind, "through": call.through}
        yield {"project": audit.project, **_at(call.place), **named}


# Each table: its columns, which depend on the rules that were asked, and its rows of one project.
TABLES: dict[str, tuple[_Columns, _Rows]] = {
    "projects": (project_columns, project_rows),
    "facts": (lambda _codes: ("project", "fact", "value", "reason", *_PLACE), fact_rows),
    "findings": (
        lambda _codes: ("project", "code", "name", *_PLACE, "column", "severity", "confidence", "message"),
        finding_rows,
    ),
    "calls": (lambda _codes: ("project", *_PLACE, "tracker", "api", "kind", "through"), call_rows),
}


class CsvTable:
    """A CSV file that rows are added to as they come.

    A cell that a spreadsheet would take for a formula begins with ``'``.

    Parameters
    ----------
    path : Path
        Written anew.
    columns : tuple of str
        Other keys of a row are left out, missing ones are empty.
    """

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._path = path
        self._columns = columns
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> CsvTable:  # noqa: PYI034 (Self is typing's from 3.11 on)
        self._file = self._path.open("w", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._file, self._columns, restval="", extrasaction="ignore", lineterminator="\n")
        self._writer.writeheader()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: Row) -> None:
        """Add a row."""
        self._writer.writerow({key: _cell(value) for key, value in row.items()})


def write_parquet(path: Path, table: Path) -> None:
    """Write a CSV table of this module as Parquet, batch by batch; numbers are whole numbers, null where empty.

    Parameters
    ----------
    path : Path
        Written anew.
    table : Path
        The CSV file.
    """
    import pyarrow as pa  # it takes a second to load
    import pyarrow.parquet as pq

    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or [])
        whole = {name for name in names if name in _NUMBERS or name.startswith("BIS")}
        schema = pa.schema([(name, pa.int64() if name in whole else pa.string()) for name in names])
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            while batch := list(islice(reader, _BATCH)):
                columns = [
                    pa.array([int(row[n]) if row[n] else None for row in batch], pa.int64())
                    if n in whole
                    else pa.array([row[n] for row in batch], pa.string())
                    for n in names
                ]
                writer.write_batch(pa.record_batch(columns, schema=schema))


def _at(place: Place) -> Row:
    return {"file": place.file, "cell": place.cell if place.cell >= 0 else "", "line": place.line or ""}


def _cell(value: str | int) -> str | int:
    if isinstance(value, str):
        text = value.replace("\0", "")
        return f"'{text}" if text.startswith(_FORMULA) else text
    return value
