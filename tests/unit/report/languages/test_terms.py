"""Words of our own vocabulary."""

from __future__ import annotations

from bis.model.facets import Status
from bis.report.languages.language import ENGLISH, language
from bis.report.languages.terms import TERMS, term


def test_terms_are_words_in_each_language() -> None:
    """Enumerations and plain words alike; what is not ours stays as it is."""
    assert term(Status.PARTIAL, ENGLISH) == "partial"
    assert term(Status.PARTIAL, language("fr")) == "partiel"
    assert term("code", language("fr")) == "code"
    assert term("a name", language("fr")) == "a name"
    assert {"bitwise", "exact", "data", "missing"} <= set(TERMS)
