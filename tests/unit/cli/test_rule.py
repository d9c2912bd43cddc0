"""``bis rule``."""

from __future__ import annotations

import json

import pytest

from bis._audit.rules.documentation import rule_texts
from bis.cli.main import main


@pytest.mark.parametrize("code", ["BIS103", "bis103", "metric-without-step"])
def test_a_rule_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By its code or its name: what it does, why, a bad and a good example, the repair."""
    assert main(["rule", code]) == 0
    shown = capsys.readouterr().out
    for words in ("BIS103", "metric-without-step", "What it does", "Why is this bad?", "step=", "--fix"):
        assert words in shown


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One line or more for each, with code, name and what it finds."""
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["rule"]) == 0
    shown = capsys.readouterr().out
    for text in rule_texts():
        assert text.code in shown
        assert text.name in shown


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One document for one rule, one with all for all."""
    assert main(["rule", "--json", "BIS103"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["format"], one["code"], one["name"]) == ("bis.rule", "BIS103", "metric-without-step")
    assert main(["rule", "--json"]) == 0
    every = json.loads(capsys.readouterr().out)
    assert every["format"] == "bis.rules"
    assert [rule["code"] for rule in every["rules"]] == [text.code for text in rule_texts()]


@pytest.mark.parametrize("code", ["BIS9", "E501", "", "[bold]"])
def test_a_code_that_no_rule_has(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and where to look."""
    assert main(["rule", code]) == 2
    shown = capsys.readouterr()
    assert f"no rule has the code {code}" in shown.err
    assert "bis rule" in shown.err
    assert shown.out == ""
