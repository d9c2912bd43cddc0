"""Levels and words of how printed figures agree."""

from __future__ import annotations

import pytest

from bis._verify.published.printed_agreement import LEVEL_OF, agreement_statement
from bis.model.verdict import Level
from bis.report.text.statement_text import statement_text
from bis.stats.printed import Agreement, compare_printed


def test_every_agreement_has_a_level() -> None:
    """Only a figure that differs is divergent."""
    assert set(LEVEL_OF) == set(Agreement)
    assert [a for a in Agreement if LEVEL_OF[a] is Level.DIVERGENT] == [Agreement.DIFFERS]


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("0.33", 1 / 3, "equal to all 2 digits printed (rounded)"),
        ("0.87", 0.9, "printed 0.87, found 0.9: 3 units of the last digit"),
        ("0.87", float("nan"), "printed 0.87, found nan"),
    ],
)
def test_what_is_said(text: str, value: float, words: str) -> None:
    """The digits that agree, or both figures and how far they are apart."""
    assert statement_text(agreement_statement(compare_printed(text, value))) == words
