"""The page of an explanation."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from bis.model.attribution import Attribution
from bis.report.html.attribution_page import attribution_page, attribution_values
from bis.report.languages.language import language
from tests.unit.report.attributions import explained

VOID = {"meta", "line", "rect", "path", "br"}


class Balanced(HTMLParser):
    """Checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note it."""
        del attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Nothing is open after it."""
        del tag, attrs

    def handle_endtag(self, tag: str) -> None:
        """Compare."""
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    """All tags are closed; no address of another place."""
    page = attribution_page(explained())
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert "http:" not in page
    assert "https:" not in page
    for words in ("split explains 57 %", "<svg", "train.py:7", "BIS301", "not a number", "hash seed 7", "interaction"):
        assert words in page


def test_what_remains_is_on_the_page() -> None:
    """With the repair that was measured."""
    page = attribution_page(explained())
    assert "With split repaired in the source, measured in 12 replays:" in page
    assert "<li>predictions of net: 40\u00a0% (30\u00a0% … 50\u00a0%) of the variance remain</li>" in page
    assert '<pre tabindex="0">--- a/train.py' in page


def test_names_are_escaped() -> None:
    """They come from the program."""
    named = replace(explained(), targets=(replace(explained().targets[0], name="<script>"),))
    assert "<script>" not in attribution_page(named)
    assert "&lt;script&gt;" in attribution_page(named)


def test_an_explanation_without_anything() -> None:
    """Has a page, too."""
    assert "Explanation" in attribution_page(Attribution("r"))


def test_the_lines_of_code_are_beside_their_places() -> None:
    """Where they are known."""
    values = attribution_values(explained(), language("en"), {("train.py", None, 7): "  x = split(y)"})
    lines = [place["line"] for cause in values["causes"] for place in cause["places"]]
    assert "x = split(y)" in lines
    assert "" in lines


def test_the_page_in_french() -> None:
    """With French numbers and plurals."""
    page = attribution_page(explained(), language("fr"))
    assert 'lang="fr"' in page
    for words in ("split explique 57\u202f%", "D&#39;où cela vient", "1\u202f000 tirages", "6 blocs", "identiques"):
        assert words.replace("&#39;", "'") in page.replace("&#39;", "'"), words
