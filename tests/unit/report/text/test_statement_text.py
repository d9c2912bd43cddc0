"""Statements in words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Item, ItemKind, Level
from bis.report.text.comparison_statements import COMPARISON
from bis.report.text.environment_statements import ENVIRONMENT
from bis.report.text.explanation_statements import EXPLANATION
from bis.report.text.statement_text import item_name, statement_text, statements_text
from bis.report.text.verdict_text import verdict_text
from tests.unit.report.scenes import all_scenes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis.model.verdict import Verdict


def statements_of(verdict: Verdict) -> Iterator[Statement]:
    """All statements of a verdict, with those within them."""
    yield from _flat(verdict.statements)
    for group in verdict.groups:
        yield from _flat(group.statements)
        for item in group.items:
            yield from _flat(item.statements)


def _flat(statements: Iterable[Statement]) -> Iterator[Statement]:
    for one in statements:
        yield one
        yield from _flat(one.parts)


@cache
def made() -> tuple[Statement, ...]:
    """All statements of all scenes."""
    return tuple(s for v in all_scenes() for s in statements_of(v))


def test_the_judge_makes_every_statement() -> None:
    """The scenes are wide: every code occurs among them, but for those of explanations and comparisons."""
    others = {code.value for code in (*COMPARISON, *ENVIRONMENT, *EXPLANATION)}
    assert {code.value for code in StatementCode} - {s.code.value for s in made()} - others == set()


@pytest.mark.parametrize("code", list(StatementCode), ids=lambda code: str(code.value))
def test_every_statement_that_is_made_can_be_told(code: StatementCode) -> None:
    """Each occurrence gives words, without a figure that is missing, a brace or Python's own forms."""
    for one in (s for s in made() if s.code is code):
        text = statement_text(one)
        assert text
        assert not [odd for odd in ("{", "}", "None", "array(", "np.", "Code.") if odd in text], text


def test_every_verdict_can_be_told() -> None:
    """As a whole, in full."""
    for verdict in all_scenes():
        assert verdict_text(verdict, full=True).startswith(verdict.level.value)


def test_what_does_not_count_goes_on_in_brackets() -> None:
    """Other statements are set apart."""
    said = (
        statement(StatementCode.METRIC_DIFFERS, differing=1, total=2, steps=1),
        statement(StatementCode.DIFFERS_BY, relative=0.5),
        statement(StatementCode.NOT_COUNTED, reason="time"),
    )
    assert statements_text(said) == ("differs in 1/2; by 0.5 relative (a measurement of time: shown, does not count)")


def test_several_ends_are_counted() -> None:
    """One class of ends needs no number; several have one each."""
    value, key = (
        statement(StatementCode.RAISED, exception=x, count=n) for x, n in (("ValueError", 2), ("KeyError", 1))
    )
    assert statement_text(statement(StatementCode.NOTHING_RAN, value, total=2)) == "2 of 2 replays failed (ValueError)"
    several = statement(StatementCode.NOTHING_RAN, value, key, total=3)
    assert statement_text(several) == "3 of 3 replays failed (ValueError (2); KeyError (1))"


def test_names_of_items() -> None:
    """What an item is about, in the words of a table."""
    end, cell = Item("exit", ItemKind.EXIT, Level.BITWISE), Item("stdout", ItemKind.CELL, Level.BITWISE, cell=3)
    number = Item("stdout", ItemKind.STDOUT, Level.BITWISE, line=2)
    files, figure = Item("", ItemKind.FILE, Level.BITWISE), Item("MSE", ItemKind.METRIC, Level.BITWISE, label="mse")
    assert [item_name(i) for i in (end, cell, number, files, figure)] == [
        "end of the program",
        "cell 3 (stdout)",
        "stdout: line 2",
        "files",
        "MSE (mse)",
    ]
