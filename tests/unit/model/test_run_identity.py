"""What a run is told from others by."""

from __future__ import annotations

import pytest

from bis.model.run_identity import RunIdentity, is_generated


@pytest.mark.parametrize(
    ("named", "name", "given"),
    [
        (True, "random-forest-100", "random-forest-100"),
        (False, "learned-deer-760", ""),
        (None, "learned-deer-760", ""),
        (None, "baseline", "baseline"),
        (True, "", ""),
    ],
)
def test_a_name_counts_where_the_program_gave_it(named: bool | None, name: str, given: str) -> None:
    """A name that looks like MLflow's is one of the program's where that was recorded."""
    assert RunIdentity("a", name=name, named=named).given_name == given


def test_names_of_mlflow_are_known_by_their_looks() -> None:
    """Two words and a number of up to three digits."""
    assert [is_generated(n) for n in ("learned-deer-760", "a-b-1", "lr-0.1", "run-a-b-1", "Fold-a-1", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
