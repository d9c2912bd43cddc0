"""Rules as they are explained."""

from __future__ import annotations

import dataclasses

import pytest

from bis.model.project_audit import Confidence, Severity
from bis.model.rule_text import RuleText


def test_a_rule_is_told_without_its_code() -> None:
    """Text, severity and confidence are enough: nothing of it can be changed, or run."""
    rule = RuleText("BIS101", "params-never-logged", "No.", "# Help", Severity.ERROR, Confidence.HIGH)
    assert (rule.fixable, rule.since) == (False, "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.code = "BIS102"  # type: ignore[misc]  # this is what is tested
