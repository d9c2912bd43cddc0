"""From the file of audits to what people read: tables, statistics and pages, in one pass."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bis._version import __version__
from bis.corpus.audits.audit_outcomes import AUDITS, failure_of
from bis.errors import StorageError
from bis.evidence.digests import digest_bytes
from bis.model.audit_facts import FACTS
from bis.model.corpus_summary import CorpusSummary
from bis.model.jsonable import from_json
from bis.report.json.audit_json import from_line
from bis.report.json.envelope import to_text
from bis.report.tables.audit_tables import TABLES, TRACKER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bis.model.project_audit import ProjectAudit
    from bis.report.languages.language import Language

STATISTICS, INDEX = "statistics.json", "index.html"
TRACKERS = "trackers"  # the table that is made from the statistics
_ENGLISH = "en"
_MARK = ".results"  # written last: the digest of what the results were made from


def read_audits(out: Path) -> Iterator[ProjectAudit]:
    """The audits of a corpus, one by one.

    Raises
    ------
    StorageError
        The file cannot be read.
    """
    try:
        with (out / AUDITS).open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield from_line(line)
    except OSError as error:
        raise StorageError(f"{out / AUDITS} cannot be read: {error.strerror}") from error


def write_results(
    out: Path, rule_names: Callable[[], dict[str, str]], *, version: str, language: Language | None = None
) -> CorpusSummary:
    """Write tables (CSV and Parquet), statistics and pages beside the audits of a corpus.

    Parameters
    ----------
    out : Path
        The folder with ``audits.jsonl``.
    rule_names : callable
        Gives the names of the rules that were asked, by code.
    version : str
        Of what decides over the results besides the audits, the rules among it: where nothing has changed, nothing is
        written.
    language : Language, optional
        Of the pages; English by default.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    digest = _digest(out, version, language)
    known = _written_before(out, digest)
    if known is not None:
        return known
    return _write(out, rule_names(), digest, language)


def _write(out: Path, rule_names: dict[str, str], digest: str, language: Language | None) -> CorpusSummary:
    # Late, since a second run on the same projects needs none of them.
    from bis.corpus.audits.summary import Summary
    from bis.report.html.corpus_page import CorpusPages
    from bis.report.languages.language import ENGLISH
    from bis.report.tables.audit_tables import CsvTable, tracker_rows, write_parquet

    summary = Summary(rule_names)
    try:
        (out / _MARK).unlink(missing_ok=True)
        with ExitStack() as stack:
            tables = {
                name: stack.enter_context(CsvTable(out / f"{name}.csv", columns(sorted(rule_names))))
                for name, (columns, _rows) in TABLES.items()
            }
            pages = stack.enter_context(CorpusPages(out, language or ENGLISH))
            for audit in read_audits(out):
                counted = summary.add(audit)
                for name, (_columns, rows) in TABLES.items():
                    for row in rows(audit):
                        tables[name].add(row | {"counted": "yes" if counted else "no"} if name == "projects" else row)
                if not failure_of(audit):
                    pages.add(audit)
        result = summary.result()
        # Names of files need not be text: what is not a character is written as JSON's own escape.
        (out / STATISTICS).write_text(to_text("bis.corpus", result), encoding="utf-8", errors="backslashreplace")
        pages.finish(result)
        with CsvTable(out / f"{TRACKERS}.csv", TRACKER_COLUMNS) as comparison:
            for shares in tracker_rows(result):
                comparison.add(shares)
        for name in (*TABLES, TRACKERS):
            write_parquet(out / f"{name}.parquet", out / f"{name}.csv")
        (out / _MARK).write_text(digest, encoding="ascii")
    except OSError as error:
        raise StorageError(f"the results cannot be written to {out}: {error.strerror}") from error
    return result


def _digest(out: Path, version: str, language: Language | None) -> str:
    """Of all that the results are made from, in whatever order the projects were finished."""
    with (out / AUDITS).open("rb") as lines:
        digests = sorted(digest_bytes(line) for line in lines)
    return digest_bytes(repr((__version__, version, language.code if language else _ENGLISH, digests)).encode())


def _written_before(out: Path, digest: str) -> CorpusSummary | None:
    """The statistics, where all results were made from the same audits before."""
    tables = [f"{name}.{suffix}" for name in (*TABLES, TRACKERS) for suffix in ("csv", "parquet")]
    files = [INDEX, STATISTICS, *tables, *(f"facts/{name}.html" for name in FACTS)]
    try:
        if (out / _MARK).read_text(encoding="ascii") != digest or not all((out / file).is_file() for file in files):
            return None
        return from_json(CorpusSummary, json.loads((out / STATISTICS).read_bytes()))
    except (OSError, ValueError):
        return None
