"""A verdict in the few words of a badge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.statement import StatementCode, statement
from bis.model.verdict import Level
from bis.report.badges.verdict_badge import Badge, verdict_badge
from tests.unit.report.values import bitwise, statistical


def test_a_run_that_was_never_replayed() -> None:
    """Nothing is claimed of it."""
    assert verdict_badge(None) == Badge("repeatable", "not replayed", "#5f6368")


def test_replays_without_anything_to_compare() -> None:
    """Whatever level they have, they say nothing about repeatability."""
    verdict = replace(bitwise(), statements=(statement(StatementCode.NOTHING_TO_COMPARE, basis="replays"),))
    assert verdict_badge(verdict).message == "nothing to compare"


def test_bitwise_replays_are_counted() -> None:
    """All of them, since the level is the weakest of all."""
    badge = verdict_badge(bitwise())
    assert (badge.label, badge.message) == ("repeatable", "bitwise 3/3")


def test_fresh_replays_are_no_share() -> None:
    """They are draws, of which none is the same as the original."""
    assert verdict_badge(statistical()).message == "statistical (5 fresh replays)"


@pytest.mark.parametrize("level", [Level.DIVERGENT, Level.INCONCLUSIVE, Level.NOT_EXECUTABLE])
def test_weak_levels_have_no_share(level: Level) -> None:
    """How many replays were the same is another question than whether all were."""
    verdict = bitwise()
    weak = replace(verdict, level=level, groups=(replace(verdict.groups[0], level=level),))
    assert verdict_badge(weak).message == level.value


def test_replays_that_failed_are_not_counted_as_the_same() -> None:
    """A group of which one ended differently has no share."""
    verdict = bitwise()
    failed = replace(verdict, groups=(replace(verdict.groups[0], failed=1),))
    assert verdict_badge(failed).message == "bitwise"


def test_the_weaker_of_two_groups_is_told() -> None:
    """Exact and fresh replays answer two questions, and are never pooled."""
    both = replace(statistical(), groups=(*bitwise().groups, *statistical().groups))
    assert verdict_badge(both).message == "statistical (5 fresh replays)"


def _contrast(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@pytest.mark.parametrize("level", [*Level, None])
def test_letters_can_be_read(level: Level | None) -> None:
    """White letters have a contrast of at least 4.5 on every colour."""
    verdict = None if level is None else replace(bitwise(), level=level)
    assert _contrast(verdict_badge(verdict).colour) >= 4.5
