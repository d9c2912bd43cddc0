"""Options that several commands share."""

from __future__ import annotations

import json

import click
import pytest

from bis.cli.options import assignments, print_json, tolerances
from bis.config import Tolerance

CONTEXT = click.Context(click.Command("c"))
OPTION = click.Option(["--x"])


def test_assignments_keep_everything_behind_the_first_sign() -> None:
    """Values may hold equal signs, or nothing."""
    assert assignments(CONTEXT, OPTION, ("a=1", "b=x=y", "c=")) == {"a": "1", "b": "x=y", "c": ""}


@pytest.mark.parametrize("text", ["a", "=1", ""])
def test_assignments_need_a_name(text: str) -> None:
    """The message repeats what was given."""
    with pytest.raises(click.BadParameter, match="NAME=VALUE"):
        assignments(CONTEXT, OPTION, (text,))


@pytest.mark.parametrize(
    ("text", "tolerance"),
    [
        ("loss=1e-6", {"loss": Tolerance(atol=1e-6)}),
        ("loss=1e-6,1e-3", {"loss": Tolerance(atol=1e-6, rtol=1e-3)}),
        ("loss=rtol:0.1", {"loss": Tolerance(rtol=0.1)}),
        ("acc=margin:0.01,quantum:0.001", {"acc": Tolerance(margin=0.01, quantum=0.001)}),
        ("a=b=1", {"a=b": Tolerance(atol=1)}),
    ],
)
def test_tolerances_by_place_and_by_name(text: str, tolerance: dict[str, Tolerance]) -> None:
    """Absolute first, then relative."""
    assert tolerances(CONTEXT, OPTION, (text,)) == tolerance


@pytest.mark.parametrize("text", ["loss", "loss=x", "loss=rtl:1", "loss=-1", "loss=", "loss=1,2,3,4,5", "loss=nan"])
def test_tolerances_that_mean_nothing_are_refused(text: str) -> None:
    """Unknown names, negative numbers, words, NaN and too many of them."""
    with pytest.raises(click.BadParameter):
        tolerances(CONTEXT, OPTION, (text,))


def test_json_is_strict(capsys: pytest.CaptureFixture[str]) -> None:
    """One document with a line end; what JSON does not have is an error here and not at the reader's."""
    print_json({"ä": 1})
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"ä": 1}
    assert shown.endswith("\n")
    with pytest.raises(ValueError, match="Out of range float"):
        print_json(float("nan"))


def test_json_steers_no_terminal_and_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Characters that would are written with escapes of JSON's own; others as they are."""
    document = {"name": "a\x1b[2J\x9b\u202eb\U000e0041", "é": "表"}
    print_json(document)
    printed = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e", "\U000e0041"} & set(printed)
    assert "表" in printed
    assert json.loads(printed) == document
