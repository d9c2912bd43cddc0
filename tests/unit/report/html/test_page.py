"""Pages from templates."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import UndefinedError

from bis.errors import UsageError
from bis.report.figures import drawing
from bis.report.html.attribution_page import attribution_page
from bis.report.html.page import check_interactive, rendered
from bis.report.languages.language import language
from tests.unit.report.attributions import explained
from tests.unit.report.outlines import PageOutline


def test_values_are_escaped_and_messages_are_not() -> None:
    """Also where a value stands within a message; what cannot be seen is replaced."""
    row: dict[str, Any] = {"value": "<b>", "reason": "\u202ex", "places": [("a&b", "")], "more": 3}
    text = rendered("corpus_fact_row.html", language("en"), project="'\"", **row)
    assert "&lt;b&gt;" in text
    assert "\ufffdx" in text
    assert "<code>a&amp;b</code>" in text
    assert "and 3 more" in text


def test_a_value_that_is_not_given_is_an_error() -> None:
    """A page with a gap is not written."""
    with pytest.raises(UndefinedError):
        rendered("corpus_fact.html", language("en"), name="x")


def test_the_same_values_give_the_same_page() -> None:
    """Byte for byte: pages can be compared."""
    assert attribution_page(explained()) == attribution_page(explained())


def test_a_page_declares_its_language_and_allows_nothing() -> None:
    """For readers of screens and for the browser."""
    page = rendered("corpus_fact.html", language("fr"), name="x", meaning="y")
    assert '<html lang="fr">' in page
    assert "default-src 'none'" in page
    assert "script-src" not in page
    assert PageOutline(page).open == []


def test_interactive_figures_need_the_extra() -> None:
    """It is installed where tests run; the error names it elsewhere."""
    check_interactive(drawing.can_draw())
    assert isinstance(UsageError("x"), Exception)
