"""The rules as they are explained to users."""

from __future__ import annotations

import pytest

from bis._audit.rules.documentation import rule_texts, unknown_codes
from bis._audit.rules.rule_catalogue import RULES


def test_every_rule_is_explained() -> None:
    """By code, with what the rule says of itself; the audit's own two come first."""
    texts = rule_texts()
    assert [text.code for text in texts] == ["BIS000", "BIS002", *(module.RULE.code for module in RULES)]
    for text, module in zip(texts[2:], RULES, strict=True):
        rule = module.RULE
        assert (text.name, text.severity, text.confidence, text.fixable) == (
            rule.name, rule.severity, rule.confidence, rule.fixable,
        )  # fmt: skip


def test_the_summary_is_one_sentence_and_not_repeated() -> None:
    """The rest begins with a heading."""
    for text in rule_texts():
        assert text.summary.endswith(".")
        assert "\n" not in text.summary
        assert text.help_markdown.startswith("## What it does")


@pytest.mark.parametrize(
    ("codes", "unknown"),
    [
        (["BIS101", "BIS1", "BIS", "BIS000", "BIS002"], []),
        (["BIS9", "BIS101", "E501", "BIS1010"], ["BIS9", "E501", "BIS1010"]),
        (["bis101"], ["bis101"]),
        ([], []),
    ],
)
def test_codes_that_no_rule_has(codes: list[str], unknown: list[str]) -> None:
    """Beginnings of codes are known; what is longer than a code is not."""
    assert unknown_codes(codes) == unknown
