"""The form of a rule and its findings."""

from __future__ import annotations

from bis._audit.rule_contract import Rule
from bis.model.project_audit import Confidence, Edit, Finding, Place, RuleStatus, Severity
from tests.unit._audit.small_projects import notebook, project

RULE = Rule("BIS999", "some-rule", Severity.WARNING, Confidence.LOW)


def test_a_finding_carries_what_is_known_of_its_rule() -> None:
    """Code, name, severity and confidence; edits and related places as given."""
    place, edit = Place("a.py", -1, 1), Edit(Place("a.py", -1, 1, 1, 1, 2), "x")
    found = RULE.at(place, "message", edits=(edit,), related=(place,))
    assert found == Finding(
        "BIS999", "some-rule", "message", place, Severity.WARNING, Confidence.LOW, (edit,), (place,)
    )


def test_a_finding_at_a_call_stands_where_the_call_stands() -> None:
    """From its first character to its last, with the cell."""
    module = project({"n.ipynb": notebook("x", "y = f(\n  1)")}).modules[0]
    assert module.place_of(module.calls[0]) == Place("n.ipynb", 1, 1, 5, 2, 5)
    assert RULE.at_call(module, module.calls[0], "m").place == Place("n.ipynb", 1, 1, 5, 2, 5)


def test_rules_are_stable_and_asked_of_all_unless_they_say_otherwise() -> None:
    """No gate, no repair."""
    assert (RULE.status, RULE.gate, RULE.fixable) == (RuleStatus.STABLE, frozenset(), False)
