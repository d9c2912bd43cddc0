"""Places within a line."""

from __future__ import annotations

from bis._verify.figures.text_span import TextSpan, without_overlaps
from bis._verify.figures.volatile_token import VolatileToken


def test_the_first_given_wins() -> None:
    """Of two places that overlap the preferred one is kept; the others come in the order of the line."""
    path, number, early = TextSpan(5, 20, VolatileToken.IDENTIFIER), TextSpan(10, 12, None), TextSpan(0, 5, None)
    assert without_overlaps([path, number, early]) == (early, path)
