"""What a study writes, and what is read back of it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from bis._study.report_files import FIGURES_CSV, FIGURES_JSON, MARKDOWN, PAGE, RESULT, report_files, write_report
from bis._study.result_reading import study_from_text
from bis._study.study_run import run_study
from bis.errors import EvidenceDamaged, EvidenceTooNew, StorageError
from bis.report.json.study_json import document_as_text, study_document
from bis.report.tables.study_tables import COLUMNS, figures_csv
from tests.unit._study.studies import STUDY, VERSIONS, PretendedWork

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.study_result import StudyResult


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """All that a study can give, of work that is only pretended."""
    return run_study(STUDY, tmp_path_factory.mktemp("study"), PretendedWork(), versions=VERSIONS)


def test_the_document_comes_back(result: StudyResult) -> None:
    """As the value that it was made of."""
    assert study_from_text(document_as_text(study_document(result))) == result


def test_documents_that_are_none(result: StudyResult) -> None:
    """One that was cut off, one of a later version, one that lacks what it must have."""
    document = study_document(result)
    with pytest.raises(EvidenceDamaged):
        study_from_text(document_as_text(document)[:-9])
    with pytest.raises(EvidenceTooNew):
        study_from_text(json.dumps(document | {"version": 99}))
    with pytest.raises(EvidenceDamaged, match="title"):
        study_from_text(json.dumps({k: v for k, v in document.items() if k != "title"}))


def test_figures_as_a_table(result: StudyResult) -> None:
    """A row for each, with all digits; each share has its interval, and what it is out of."""
    rows = list(csv.DictReader(io.StringIO(figures_csv(result.figures))))
    assert len(rows) == len(result.figures)
    assert tuple(rows[0]) == COLUMNS
    (same,) = (row for row in rows if row["name"] == "net.fresh.same")
    assert (same["value"], same["count"], same["n"]) == ("0.0", "0", "3")
    assert float(same["low"]) == 0.0
    assert 0.5 < float(same["high"]) < 0.6
    (then,) = (row for row in rows if row["name"] == "net.earlier.metric" and row["subject"] == "loss")
    assert then["value"] == "0.5000000000000001"
    assert all(row["evidence"] for row in rows)


def test_the_files_of_a_report(result: StudyResult, tmp_path: Path) -> None:
    """The page, its twin, the figures, all results; and each file that a figure of the experiment is read off."""
    files = report_files(result)
    assert {PAGE, MARKDOWN, RESULT, FIGURES_CSV, FIGURES_JSON} <= set(files)
    assert {f.evidence for f in result.figures if f.evidence.startswith("results/")} <= set(files)
    write_report(result, tmp_path / "out")
    assert {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")} == set(files)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError):
        write_report(result, tmp_path / "file")


def test_figures_by_name(result: StudyResult) -> None:
    """And by what they are of."""
    found = result.figure("net.metric", "auc")
    assert found is not None
    assert found.value == 0.75
    assert result.figure("net.metric", "mse") is None
