"""What was exported, and what the check of an export found, as text."""

from __future__ import annotations

from dataclasses import replace

from bis.model.exported_run import ExportCheck
from bis.report.text.export_text import check_text, export_text
from tests.unit.report.exported_values import RUN, exported


def test_what_was_written_and_taken_out() -> None:
    """A line for each."""
    assert export_text(exported(), crate="out", prov="p.json", signed=True) == [
        f"run {RUN} is in out: 4 files of evidence, 28 B, signed",
        "its provenance is in p.json",
        "secrets were taken out of bis/record.json (2 places)",
    ]


def test_a_run_without_verdict() -> None:
    """Its export says so, and what to do."""
    (line,) = export_text(replace(exported(), verdict=None, files=()), crate="", prov="", signed=False)
    assert "no verdict" in line


def test_artifacts_that_are_not_there() -> None:
    """Are named."""
    lines = export_text(replace(exported(), left_out=("model.bin",), files=()), crate="", prov="", signed=False)
    assert lines == ["artifact model.bin cannot be fetched: its digest alone is exported"]


def test_a_check_that_holds() -> None:
    """Who signed, and how much."""
    assert check_text(ExportCheck("ada@example.org", 7)) == "signed by ada@example.org, 7 files as signed\n"


def test_a_check_that_fails() -> None:
    """Each file with what happened to it; names cannot steer a terminal."""
    found = ExportCheck("ada", 7, changed=("a",), missing=("b",), added=("c\x1b[2J",))
    assert check_text(found).splitlines() == [
        "not as ada signed it",
        "  changed: a",
        "  missing: b",
        "  added: c\ufffd[2J",
    ]
    nobody = ExportCheck("", 7, reason="no principal matched", added=tuple(map(str, range(30))))
    assert check_text(nobody).startswith("not signed by an allowed signer: no principal matched\n")
    assert "and 10 more added" in check_text(nobody)
