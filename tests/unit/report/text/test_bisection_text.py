"""Bisections in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.bisection import (
    Bisection,
    BisectionOutcome,
    BisectionTrial,
    CauseSet,
    ChangeKind,
    NotVaried,
    SettingChange,
    TrialAnswer,
)
from bis.report.text.bisection_text import bisection_text, change_name

NUMPY = SettingChange(ChangeKind.PACKAGE, "numpy", "1.26.4", "2.1.0")
THREADS = SettingChange(ChangeKind.THREADS, "OMP_NUM_THREADS", "8", None)
CAUSE = CauseSet((NUMPY,), minimal=True, alone=TrialAnswer.DIFFERS, without=TrialAnswer.SAME, as_today=True)
FOUND = Bisection(
    "r",
    BisectionOutcome.FOUND,
    (NUMPY, THREADS),
    causes=(CAUSE,),
    watched=("accuracy",),
    trials=(BisectionTrial(("package:numpy",), TrialAnswer.DIFFERS, 3),),
    environments=3,
    built=2,
    replays=12,
    duration_s=61.0,
)


def text(bisection: Bisection, *, full: bool = False) -> str:
    """On a wide terminal."""
    return bisection_text(bisection, width=200, full=full)


def test_what_was_found() -> None:
    """The change, both checks, and what was spent."""
    assert text(FOUND) == (
        "divergent: numpy makes today's replay differ (of 2 changes)\n\n"
        "the cause:\n"
        "  numpy  1.26.4 -> 2.1.0\n"
        "  - this as today and everything else as recorded: differs from the record, with today's results to the bit\n"
        "  - this as recorded and everything else as today: as the record\n\n"
        "decided by accuracy (the bits decide)\n"
        "12 replays, in 3 environments (2 built), 61 s\n"
    )


def test_two_together_and_one_by_itself() -> None:
    """Are told apart."""
    pair = replace(CAUSE, changes=(NUMPY, THREADS), without=TrialAnswer.DIFFERS)
    other = replace(CAUSE, changes=(SettingChange(ChangeKind.PYTHON, "python", "3.11.1", "3.12.0"),))
    said = text(replace(FOUND, causes=(pair, other)))
    assert "numpy with threads OMP_NUM_THREADS and, by itself, Python make today's replay differ" in said
    assert "cause 1, which matter only together:" in said
    assert "8 -> not set" in said
    assert "still differs, so there is another cause" in said


def test_what_could_not_be_tried_is_told() -> None:
    """A set that is minimal among what could be run only, and the trials without an answer."""
    cause = replace(CAUSE, minimal=False, without=TrialAnswer.UNRESOLVED)
    trial = BisectionTrial(
        ("package:numpy",), TrialAnswer.UNRESOLVED, 2, reason="failed", detail="exception ImportError"
    )
    said = text(replace(FOUND, outcome=BisectionOutcome.FOUND_IN_PART, causes=(cause,), trials=(trial,)))
    assert "not all is explained or checked" in said
    assert "smallest only among what could be run" in said
    assert "fails: exception ImportError" in said


def test_noise() -> None:
    """The error of the tests is told."""
    said = text(replace(FOUND, noisy=True, error_level=0.05))
    assert "noisy: rank tests decide, with an error of at most 5 % over all trials" in said


def test_the_end_of_the_budget() -> None:
    """What is left, and that the same command goes on."""
    said = text(replace(FOUND, outcome=BisectionOutcome.OPEN, causes=(), left=(NUMPY,), budget_ended=True))
    assert said.startswith("inconclusive: the budget ended before the cause was found among 2 changes; the same")
    assert "one of the changes that it takes is among:" in said


@pytest.mark.parametrize("outcome", list(BisectionOutcome))
def test_every_outcome_has_words(outcome: BisectionOutcome) -> None:
    """With causes only where some were found."""
    causes = FOUND.causes if outcome.value.startswith("found") else ()
    said = text(replace(FOUND, outcome=outcome, causes=causes, unrecorded=("data: a pipe was read",)))
    assert ": " in said.splitlines()[0]
    assert ("a pipe was read" in said) is (outcome is BisectionOutcome.RECORDED_DIFFERS)


def test_what_was_not_varied() -> None:
    """With the reason."""
    said = text(replace(FOUND, not_varied=(NotVaried(THREADS, "not-asked"),)))
    assert "threads OMP_NUM_THREADS  8 -> not set  stays as recorded (--only)" in said


def test_all_trials() -> None:
    """With --full."""
    assert "numpy as today  differs" in text(FOUND, full=True)
    assert "trials" not in text(FOUND)


def test_names() -> None:
    """Of packages alone; of the rest with what they are."""
    assert [change_name(c) for c in (NUMPY, THREADS)] == ["numpy", "threads OMP_NUM_THREADS"]
