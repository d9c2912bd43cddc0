"""Statements: codes with their figures."""

from __future__ import annotations

import pytest

from bis.model.jsonable import from_json, to_json
from bis.model.statement import Statement, StatementCode, statement


def test_figures_are_those_of_the_code() -> None:
    """One that is missing or does not belong is an error of the programmer; what may be absent may be None."""
    with pytest.raises(TypeError, match="same-bits: expected the figures same, total, steps, got same"):
        statement(StatementCode.SAME_BITS, same=1)
    with pytest.raises(TypeError, match="got odd"):
        statement(StatementCode.NO_REPLAYS, odd=1)
    assert statement(StatementCode.RAISED, exception="KeyError", cell=None).figures == {"exception": "KeyError"}


def test_figures_that_are_not_finite_are_texts() -> None:
    """So that strict JSON has them."""
    said = statement(StatementCode.DIFFERS_BY, relative=float("inf"))
    assert said.figures == {"relative": "inf"}


def test_statements_come_back_from_json() -> None:
    """Numbers keep their kind, lists are tuples again, parts are statements."""
    part = statement(StatementCode.RAISED, exception="KeyError", cell=3, count=2)
    said = statement(StatementCode.NOTHING_RAN, part, total=2)
    looks = statement(StatementCode.LOOKS_DECIDED, looks=(5, 10), decision="reject", p_value=0.01)
    for one in (said, looks, statement(StatementCode.SAME_WORDS, total=1, numbers_differ=True)):
        assert repr(from_json(Statement, to_json(one))) == repr(one)
