"""Audits as tables: a row for each project, for each place of a fact, for each finding, for each call.

Cells hold what a spreadsheet and a terminal can be trusted with: one that would be taken for a formula starts with
``'``, control characters are ``�``, half characters are spelt out (``\\udc80``), and what is longer than a cell of a
spreadsheet is cut. The lines of JSON beside the tables have everything as it is, and the tables can be made of them
again.
"""

from __future__ import annotations

import csv
import mmap
import re
from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from bis.model.audit_facts import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import TypeAlias

    from bis.model.corpus_summary import CorpusSummary
    from bis.model.project_audit import Place, ProjectAudit

    _Columns: TypeAlias = Callable[[Iterable[str]], tuple[str, ...]]
    _Rows: TypeAlias = Callable[[ProjectAudit], Iterator["Row"]]

Row = dict[str, str | int]
_FRACTIONS = frozenset(["share", "low", "high"])
_BLOCK = 1 << 20  # bytes of a CSV file that are turned into Parquet at a time; longer than any row
_LONGEST = 32_000  # characters of a cell; spreadsheets hold 32,767
_CUT = "…"
# What a spreadsheet takes for the start of a formula, the wide forms of East Asian keyboards too.
_FORMULA = r"'*[=+\-@\t\n＝＋－＠]"  # noqa: RUF001 (these characters are intended)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_GUARDED = re.compile(_FORMULA)
_MAYBE_GUARDED = re.compile(rb"[,\n\"]'")  # the start of a cell, in a line or after a quotation mark
_FIRST = frozenset("'=+-@＝＋－＠")  # noqa: RUF001 (what a guarded text starts with, if it can be printed)
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
        "projects",
        "of",
        "unknown",
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
        "first_year": revision.first_year or "",
        "last_year": revision.last_year or "",
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


TRACKER_COLUMNS = ("tracker", "trace", "projects", "of", "share", "low", "high", "unknown")


def tracker_rows(summary: CorpusSummary) -> Iterator[dict[str, str | int | float]]:
    """A row for each tracker and kind of trace, with the share of projects and its interval."""
    for one in summary.tracker_shares:
        yield {
            "tracker": one.tracker,
            "trace": one.trace,
            "projects": one.count,
            "of": one.n,
            "share": round(one.share, 6) if one.n else "",
            "low": round(one.low, 6),
            "high": round(one.high, 6),
            "unknown": one.unknown,
        }


# Each table of audits: its columns, which depend on the rules that were asked, and its rows of one project.
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
    """A CSV file that rows are added to as they come; it is there once it is whole.

    Parameters
    ----------
    path : Path
        Written anew, or left as it was where an error ends the writing.
    columns : tuple of str
        Other keys of a row are left out, missing ones are empty.
    """

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._path = path
        self._columns = columns
        self._codes = [column for column in columns if column.startswith("BIS")]
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> CsvTable:  # noqa: PYI034 (Self is typing's from 3.11 on)
        self._file = _unfinished(self._path).open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(self._columns)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            if kind is None:
                _unfinished(self._path).replace(self._path)
            else:
                _unfinished(self._path).unlink(missing_ok=True)

    def add(self, row: Mapping[str, str | int | float]) -> None:
        """Add a row.

        A rule that found nothing is counted as 0, but not in a project without facts: that one could not be audited.
        """
        if self._codes and row.get("uses_mlflow"):
            row = {**dict.fromkeys(self._codes, 0), **row}
        self._writer.writerow([_cell(row.get(column, "")) for column in self._columns])


def write_parquet(path: Path, table: Path) -> None:
    """Write a CSV table of this module as Parquet, block by block.

    Numbers are whole numbers, shares fractions, null where empty; texts lose the ``'`` that kept spreadsheets from
    taking them for formulas.

    Parameters
    ----------
    path : Path
        Written anew, or left as it was where an error ends the writing.
    table : Path
        The CSV file.
    """
    import pyarrow as pa  # it takes a second to load
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    with table.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    guarded = _holds_guards(table)

    def kind_of(name: str) -> pa.DataType:
        if name in _FRACTIONS:
            return pa.float64()
        return pa.int64() if name in _NUMBERS or name.startswith("BIS") else pa.string()

    schema = pa.schema([(name, kind_of(name)) for name in names])
    unfinished = _unfinished(path)
    try:
        with (
            pa_csv.open_csv(
                table,
                pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK),
                pa_csv.ParseOptions(newlines_in_values=True),
                pa_csv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=False),
            ) as reader,
            pq.ParquetWriter(unfinished, schema, compression="zstd") as writer,
        ):
            for batch in reader:
                writer.write_batch(_without_guards(batch, schema) if guarded else batch)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _holds_guards(table: Path) -> bool:
    """Whether any cell may start with a ``'``: in most corpora none does, and no compute functions are needed."""
    with table.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _MAYBE_GUARDED.search(content) is not None


def _without_guards(batch: Any, schema: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc  # as long to load as all tables take to write

    columns = [
        column if not pa.types.is_string(field.type) else pc.replace_substring_regex(column, rf"\A'({_FORMULA})", r"\1")
        for field, column in zip(schema, batch.columns, strict=True)
    ]
    return pa.record_batch(columns, schema=schema)


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _at(place: Place) -> Row:
    return {"file": place.file, "cell": place.cell if place.cell >= 0 else "", "line": place.line or ""}


def _cell(value: str | float) -> str | float:
    if not isinstance(value, str) or (value.isprintable() and value[:1] not in _FIRST and len(value) <= _LONGEST):
        return value  # as nearly all are
    text = _CONTROL.sub("�", value)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + _CUT
    return f"'{text}" if _GUARDED.match(text) else text
