"""Codes of rules that are gone."""

from __future__ import annotations

from bis._audit.rules.retired_rules import RETIRED, RetiredRule, removal_of, reused

GONE = {"BIS998": RetiredRule("some-rule", "0.9", "its findings were wrong more often than right")}


def test_no_rule_has_the_code_or_the_name_of_a_retired_one() -> None:
    """Comments and baselines that name a rule that is gone never silence another one."""
    assert reused() == []
    assert reused(GONE) == []
    assert reused({"BIS101": RetiredRule("x", "0.9", "y")}) == ["BIS101"]
    assert reused({"BIS998": RetiredRule("unseeded-split", "0.9", "y")}) == ["BIS301"]


def test_a_retired_code_says_since_when_it_is_gone() -> None:
    """With its name and the reason; of other codes there is nothing to say."""
    expected = "BIS998 (some-rule) was removed in bis 0.9: its findings were wrong more often than right"
    assert removal_of("bis998", GONE) == expected
    assert removal_of("BIS101", GONE) == ""


def test_retired_rules_say_when_and_why() -> None:
    """Each has a version and a reason."""
    assert all(rule.name and rule.gone_since[0].isdigit() and rule.why for rule in RETIRED.values())
