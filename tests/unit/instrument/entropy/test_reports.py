"""Reports are few, harmless, and name the line of the user's code."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from bis.instrument.entropy.reports import MOST_SEEDS, Reports, described


def test_seeds_are_told_once_and_not_without_end(told: Any) -> None:
    """A seed set again at the same line is not reported again, and after the limit seeds are only counted."""
    reports = Reports(told)
    for value in [*range(MOST_SEEDS + 5), 3]:
        reports.seed("random.seed", value)
    assert (len(told.facts), reports.seeds, reports.seeds_dropped) == (MOST_SEEDS, MOST_SEEDS, 5)
    assert {fact[3] for fact in told.facts} == {__file__}


def test_failing_observer_is_not_the_programs_problem() -> None:
    """Whatever the observer raises stays behind the fence, and is counted."""

    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise OSError("disk full")

    reports = Reports(Broken())
    reports.seed("random.seed", 1)
    assert reports.failures == 2


def test_interrupts_pass_the_fence(told: Any) -> None:
    """The fence holds errors, not Ctrl-C or exits."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Reports(told).attempt("x", interrupted)


def test_uncontrolled_is_told_once(told: Any) -> None:
    """The same source of the same kind is reported once."""
    reports = Reports(told)
    for why in ("a", "b", "a"):
        reports.uncontrolled("loky", why)
    assert told.facts == [("uncontrolled", "loky", "a"), ("uncontrolled", "loky", "b")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        ("seed", "seed"),
        (np.int64(7), 7),
        (np.array([1, 2]), "array([1, 2])"),
        (Fraction(1, 2), "Fraction(1, 2)"),
        (b"x", "b'x'"),
        ("long" * 100, ("long" * 30) + "…"),
    ],
)
def test_seeds_are_described_in_plain_values(value: object, expected: object) -> None:
    """Any seed becomes a value that JSON can hold; numbers stay numbers."""
    assert described(value) == expected
    assert type(described(value)) is type(expected)


def test_describing_draws_nothing(told: Any) -> None:
    """Reporting a seed consumes no generator of the program."""
    before = random.getstate()
    Reports(told).seed("random.seed", 1)
    assert random.getstate() == before
