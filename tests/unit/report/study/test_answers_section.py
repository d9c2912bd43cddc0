"""Figures of answers in phrases."""

from __future__ import annotations

import pytest

from bis.model.study_result import StudyFigure
from bis.report.languages.language import language
from bis.report.study.answers_section import figure_text


@pytest.mark.parametrize(
    ("what", "value", "english", "french"),
    [
        ("seeds", 0, None, None),  # a seed that was given to a library is none that the program sets
        ("uncontrolled", 0, None, None),
        ("seeds", 2, "2 seeds are set by the program", "2 graines sont fixées par le programme"),
    ],
)
def test_counts(what: str, value: int, english: str | None, french: str | None) -> None:
    """Those that say nothing are left out."""
    figure = StudyFigure(f"net.{what}", value)
    assert figure_text(figure, what, language("en")) == english
    assert figure_text(figure, what, language("fr")) == french


@pytest.mark.parametrize(
    ("code", "said"), [("en", "ended with an exception: 1"), ("fr", "s\u2019est terminé par une exception: 1")]
)
def test_places_of_tries_are_in_words(code: str, said: str) -> None:
    """In the language of the report, and not as they are stored."""
    figure = StudyFigure("c.tried.place", 1, subject="exception")
    assert figure_text(figure, "tried.place", language(code)) == said
