"""The short form of `make campaign`: about a hundred faults and some thousand malformed inputs, all of which hold."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from campaigns.call_faults import why_not_here
from campaigns.trials import Trial, trial_of

ROOT = Path(__file__).parents[3]
# Groups of trials: the long form has others.
FAULTS = {"recorder": (70, 0), "launcher": (10, 0), "storing": (10, 1), "full-disk": (8, 0)}
INPUTS = 3000


def trials(*options: str) -> list[Trial]:
    """What a worker of the campaign tried."""
    done = subprocess.run(
        [sys.executable, "-m", "campaigns.worker", *options],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [trial_of(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(bool(why_not_here()), reason="faults in system calls are not possible here")
def test_faults() -> None:
    """At steps of programs, of `bis run` and of storing, and on full disks: nothing is changed, or lost unsaid."""
    kinds, counts = list(FAULTS), [str(count) for count, _ in FAULTS.values()]
    found = trials(*kinds, "--first", "1", "--count", *counts, "--per-group", "10")
    assert [f"{t.seed} {t.what}: {t.breaches}" for t in found if t.breaches] == []
    assert {kind: n for kind, n in Counter(t.kind for t in found).items() if n < FAULTS[kind][0]} == {}


def test_inputs() -> None:
    """Malformed documents and files give the errors that their readers declare, and nothing else."""
    found = trials("fuzz", "--count", str(INPUTS), "--per-group", str(INPUTS))
    assert [f"{t.seed} {t.what}: {t.breaches}" for t in found if t.breaches] == []
    assert sum(t.count for t in found) == INPUTS
