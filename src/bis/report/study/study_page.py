"""The report of a study as one HTML page, which needs nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.report.html.page import rendered
from bis.report.languages.language import language as language_of
from bis.report.study.study_report import study_report

if TYPE_CHECKING:
    from bis.model.study_result import StudyResult


def study_page(result: StudyResult, *, interactive: bool = False) -> str:
    """The report of a study in its language.

    Parameters
    ----------
    result : StudyResult
    interactive : bool
        Whether its figures are drawn in the reader's browser; the page is then 0.9 MB larger.
    """
    language = language_of(result.language)
    return rendered("study.html", language, interactive=interactive, report=study_report(result, language))
