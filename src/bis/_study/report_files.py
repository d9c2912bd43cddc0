"""The files of a study's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._study.study_figures import evidence_file
from bis.errors import StorageError
from bis.model.study_result import StepKind
from bis.report.json.attribution_json import attribution_document
from bis.report.json.envelope import to_document
from bis.report.json.study_json import document_as_text, figures_document, study_document
from bis.report.json.verdict_json import verdict_document
from bis.report.markdown.study_markdown import study_markdown
from bis.report.study.study_page import study_page
from bis.report.tables.study_tables import figures_csv

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.study_result import ExperimentResult, StudyResult

PAGE, MARKDOWN, RESULT = "index.html", "report.md", "study.json"
FIGURES_CSV, FIGURES_JSON = "figures.csv", "figures.json"


def report_files(result: StudyResult) -> dict[str, str]:
    """The text of each file of a report, by its name."""
    return {
        **{name: text for one in result.experiments for name, text in _evidence(one).items()},
        PAGE: study_page(result, interactive=True),
        MARKDOWN: study_markdown(result),
        RESULT: document_as_text(study_document(result)),
        FIGURES_JSON: document_as_text(figures_document(result.figures)),
        FIGURES_CSV: figures_csv(result.figures),
    }


def _evidence(one: ExperimentResult) -> dict[str, str]:
    """The results that an experiment's figures are read off, each as a document."""
    verdicts = {
        evidence_file(one.name, StepKind.EXACT): one.exact and one.exact.verdict,
        evidence_file(one.name, StepKind.FRESH): one.fresh and one.fresh.verdict,
        evidence_file(one.name, StepKind.SAVED): one.saved,
        **{evidence_file(one.name, StepKind.PUBLISHED, i): p.verdict for i, p in enumerate(one.published, 1)},
    }
    others = {StepKind.RECORD: one.run, StepKind.EARLIER: one.earlier, StepKind.TRY: one.tried}
    documents = {name: verdict_document(verdict) for name, verdict in verdicts.items() if verdict}
    if one.attribution is not None:
        documents[evidence_file(one.name, StepKind.EXPLAIN)] = attribution_document(one.attribution)
    for kind, value in others.items():
        if value is not None:
            documents[evidence_file(one.name, kind)] = to_document(f"bis.study-{kind.value}", value)
    return {name: document_as_text(document) for name, document in documents.items()}


def write_report(result: StudyResult, out: Path) -> None:
    """Write all files of a report, each whole or not at all.

    Raises
    ------
    StorageError
        One cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in report_files(result).items():
            (out / name).parent.mkdir(exist_ok=True)
            temporary = out / f"{name}.part"
            # Names of files need not be text: what is not a character is written as JSON's own escape.
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
            temporary.replace(out / name)
    except OSError as error:
        raise StorageError(f"{error.filename or out} cannot be written: {error.strerror or error}") from error
