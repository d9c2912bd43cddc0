"""What counts, and what stands in for metrics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis._verify.case import Case, counts, printed_curves
from bis._verify.tolerances import Tolerances
from bis.config import Tolerance

from .runs import outputs


def test_printed_numbers_become_curves() -> None:
    """A label that is printed again and again is a curve."""
    found = printed_curves(outputs(stdout="loss: 1.5\nloss: 0.5\nacc = 0.75\n"))
    assert [(c.name, [float.fromhex(v) for v in c.values]) for c in found] == [
        ("printed: loss", [1.5, 0.5]),
        ("printed: acc", [0.75]),
    ]


def test_figures_that_are_no_results_are_no_curves() -> None:
    """Times, identifiers and clock readings get no statistics; numbers without words are named by their place."""
    printed = "fit_time: 0.5\nat 1764404891.5\npid 12\n0.5\n0.25\n0.1 0.2\n"
    run = replace(outputs(stdout=printed), started_unix_s=1764404888.0, ended_unix_s=1764404908.0)
    found = [(c.name, [float.fromhex(v) for v in c.values]) for c in printed_curves(run)]
    assert found == [
        ("printed: line 4", [0.5, 0.25]),
        ("printed: line 6, column 1", [0.1]),
        ("printed: line 6, column 2", [0.2]),
    ]


def test_the_last_printed_digit_is_the_quantum() -> None:
    """0.87 was rounded to hundredths; a declared quantum wins."""
    printed = outputs(stdout="acc = 0.87\n")
    assert Case(printed, Tolerances()).quantum("printed: acc") == pytest.approx(0.01)
    declared = Tolerances({"printed: acc": Tolerance(quantum=0.5)})
    assert Case(printed, declared).quantum("printed: acc") == 0.5
    assert Case(outputs({"acc": 0.87}), Tolerances()).quantum("acc") == 0.0


def test_measurements_count_when_named() -> None:
    """A time counts when it is named or primary, and not for the pattern *."""
    assert counts("fit_time", Tolerances()) is False
    assert counts("fit_time", Tolerances({"*": Tolerance()})) is False
    assert counts("fit_time", Tolerances({"fit_*": Tolerance()})) is True
    assert counts("fit_time", Tolerances(primary="fit_time")) is True
