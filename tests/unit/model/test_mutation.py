"""Whether tests notice mutations, as an exit code."""

from __future__ import annotations

import pytest

from bis.model.mutation import Mutation, MutationFate, MutationKind, MutationReport, MutationResult
from bis.model.project_audit import Place

MUTATION = Mutation(MutationKind.SEED, Place("a.py", line=1), "1", "2")


@pytest.mark.parametrize(
    ("fates", "flaky", "exit_code"),
    [
        ([], False, 4),
        ([MutationFate.KILLED, MutationFate.TIMED_OUT], False, 0),
        ([MutationFate.KILLED, MutationFate.SURVIVED], False, 1),
        ([MutationFate.KILLED], True, 5),
    ],
)
def test_exit_codes(fates: list[MutationFate], flaky: bool, exit_code: int) -> None:
    """All noticed, one not, none there, and tests that fail by themselves."""
    results = tuple(MutationResult(MUTATION, fate, 1, 0.1) for fate in fates)
    assert MutationReport(("pytest",), 0.1, results, flaky=flaky).exit_code == exit_code
