"""Levels and their order."""

from __future__ import annotations

from bis.model.verdict import Level, Verdict


def test_order_and_exit_codes() -> None:
    """From the strongest to the weakest; an inconclusive one is no failure and no success."""
    assert [level.value for level in sorted(Level, key=lambda level: level.rank)] == [
        "bitwise",
        "bitwise metrics",
        "numerical",
        "statistical",
        "inconclusive",
        "divergent",
        "not executable",
    ]
    assert [level.exit_code for level in Level] == [0, 0, 0, 0, 5, 1, 3]
    assert Verdict("run", Level.DIVERGENT, ()).exit_code == 1
