"""Calls within calls."""

from __future__ import annotations

from bis.evidence.reentrancy import outermost, unobserved


def test_only_the_first_call_on_the_stack_counts() -> None:
    """A store that calls its own methods is observed once; within bis's own work, never; afterwards again."""
    with outermost() as first, outermost() as second:
        assert (first, second) == (True, False)
    with unobserved(), outermost() as within:
        assert within is False
    with outermost() as again:
        assert again is True
