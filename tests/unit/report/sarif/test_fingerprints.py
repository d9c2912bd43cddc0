"""What a service recognises a finding by; beside the log in test_sarif_log.py."""

from __future__ import annotations

from dataclasses import replace

from bis.report.sarif.fingerprints import fingerprints
from tests.unit.report.audits import STEP, finding


def test_lines_may_move() -> None:
    """Also those that a message names."""
    moved = finding(replace(STEP, line=7), message="set in line 30")
    assert fingerprints([finding(message="set in line 3")]) == fingerprints([moved])


def test_several_alike_are_told_apart() -> None:
    """By their number, in the order of the file."""
    prints = fingerprints([finding(replace(STEP, line=STEP.line + 1)), finding()])
    assert len(set(prints)) == 2
    assert prints[1] == fingerprints([finding()])[0]
