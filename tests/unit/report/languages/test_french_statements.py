"""The French of statements."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import pytest

from bis.model.statement import STATEMENT_FIGURES, Statement, StatementCode
from bis.model.verdict import Level
from bis.report.languages.french_figures import counted, listed, percent, probability, short, tolerance, whole_percent
from bis.report.languages.french_statements import FRENCH, FRENCH_LEVELS, FRENCH_WORDING, REASONS, TOKENS
from bis.report.languages.language import language
from bis.report.languages.statement_words import WORDINGS, all_stated, stated
from bis.report.languages.terms import term
from bis.report.text import english_statements
from bis.report.text.statement_text import statement_text
from tests.unit.report.attributions import explained
from tests.unit.report.scenes import all_scenes

if TYPE_CHECKING:
    from collections.abc import Iterator


def made() -> list[Statement]:
    """Statements of the real judge, each with those within it, and those of an explanation."""
    found: list[Statement] = []
    for verdict in all_scenes():
        groups = [one for group in verdict.groups for one in group.statements]
        items = [one for group in verdict.groups for item in group.items for one in item.statements]
        found += [inner for one in (*verdict.statements, *groups, *items) for inner in unfolded(one)]
    return [*found, *explained().statements, *explained().uncontrolled]


def unfolded(one: Statement) -> Iterator[Statement]:
    """A statement and all within it."""
    yield one
    for part in one.parts:
        yield from unfolded(part)


def test_every_code_has_words() -> None:
    """No statement is without French."""
    assert set(FRENCH) == set(StatementCode)


def test_texts_name_the_figures_of_their_code() -> None:
    """All that is in braces is a figure of the code; and a text has as many as the English one."""
    for code, words in FRENCH.items():
        if isinstance(words, str):
            named = names(words)
            assert named <= {*STATEMENT_FIGURES[code], "parts", "first", "rest"}, code
            english = english_statements.ENGLISH[code]
            if isinstance(english, str):
                assert named == names(english), code


def names(text: str) -> set[str]:
    """The figures that a text names."""
    return {name.partition("!")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_statement_that_is_made_reads_otherwise_than_in_english() -> None:
    """And has the same numbers: none is lost, none is added."""
    statements = made()
    assert len({one.code for one in statements}) > 120
    for one in statements:
        english, french = statement_text(one), statement_text(one, FRENCH_WORDING)
        assert french != english
        written = re.sub(r"(?<=\d),(?=\d)", ".", without_thousands(french, sign="\u202f"))
        assert numbers(written) == numbers(without_thousands(english, sign=",")), (english, french)


def numbers(text: str) -> set[str]:
    """The numbers of a text, written with a point and nothing between thousands."""
    return {n.rstrip("0").rstrip(".") if "." in n else n for n in re.findall(r"\d+(?:\.\d+)?", text)}


def without_thousands(text: str, *, sign: str) -> str:
    """A text in which nothing sets thousands apart."""
    return re.sub(rf"(?<=\d){sign}(?=\d{{3}}\b)", "", text)


def test_tables_of_words_are_complete() -> None:
    """Each code that the English has words for."""
    assert set(REASONS) == set(english_statements.REASONS)
    assert set(TOKENS) == set(english_statements.TOKENS)
    assert set(FRENCH_LEVELS) == {level.value for level in Level}


def test_levels_are_called_the_same_in_statements_and_on_pages() -> None:
    """One word for one thing; a page has it for a verdict."""
    french = language("fr")
    assert {level.value: term(level, french) for level in Level} == FRENCH_LEVELS


def test_figures() -> None:
    """Commas, plurals, narrow spaces."""
    assert short(0.123456) == "0,1235"
    assert [probability(p) for p in (1e-5, 0.25, 1.0)] == ["1,0e-05", "0,250", "1"]
    assert (percent(0.95), whole_percent(1.7)) == ("95\u202f%", "100\u202f%")
    assert [counted(n, "rejeu|rejeux") for n in (0, 1, 2)] == ["0 rejeu", "1 rejeu", "2 rejeux"]
    assert listed([f"m{i}" for i in range(12)]).endswith("m9 et 2 autres")
    assert tolerance("declared", 0.5, 0.0) == "atol 0,5 (déclarée)"


@pytest.mark.parametrize("code", sorted(WORDINGS))
def test_statements_by_language(code: str) -> None:
    """One, or all about an item."""
    one = next(s for s in made() if s.code is StatementCode.TALLY)
    assert stated(one, language(code)) == statement_text(one, WORDINGS[code])
    assert all_stated((one, one), language(code)) == f"{stated(one, language(code))}; {stated(one, language(code))}"
