"""Statements in the language of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.report.languages.french_statements import FRENCH_WORDING
from bis.report.text.statement_text import ENGLISH_WORDING, statement_text, statements_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.statement import Statement
    from bis.report.languages.language import Language

WORDINGS = {"en": ENGLISH_WORDING, "fr": FRENCH_WORDING}


def stated(statement: Statement, language: Language) -> str:
    """One statement in words."""
    return statement_text(statement, WORDINGS[language.code])


def all_stated(statements: Sequence[Statement], language: Language) -> str:
    """All statements about an item, in one line."""
    return statements_text(statements, WORDINGS[language.code])
