"""The English of statements."""

from __future__ import annotations

import string

from bis.model.statement import STATEMENT_FIGURES, StatementCode
from bis.report.text.english_statements import ENGLISH


def test_every_code_has_words_and_figures() -> None:
    """No code without English, and none without a list of its figures."""
    assert set(ENGLISH) == set(StatementCode) == set(STATEMENT_FIGURES)


def test_texts_name_only_figures_of_their_code() -> None:
    """What a text has in braces is a figure that is always there, or the statements within."""
    for code, words in ENGLISH.items():
        if isinstance(words, str):
            named = {name for _, name, _, _ in string.Formatter().parse(words) if name}
            assert named <= {*STATEMENT_FIGURES[code], "parts", "first", "rest"}, code
