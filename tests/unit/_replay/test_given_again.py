"""What a replay gives a program again."""

from __future__ import annotations

import pytest

from bis._replay.given_again import STANDARD_INPUT, given_input, given_variables, unset_variables
from bis.model.facets import Parameters, StandardInput, Status, Variable

READ = Parameters(
    Status.PARTIAL,
    variables=(
        Variable("LR", "0.5"),
        Variable("DATA_DIR"),
        Variable("HOST"),
        Variable("TOKEN", secret=True),
        Variable("FLAG", there=False),
        Variable("MLFLOW_TRACKING_URI", "sqlite:///x.db"),
        Variable("PYTHONPATH", there=False),
        Variable("HOME"),
        Variable("OMP_NUM_THREADS"),
    ),
)


def test_recorded_values_are_given_and_others_are_named() -> None:
    """A value that was kept is given; one that was not is named, with whether it is set here."""
    lacking: dict[str, str] = {}
    assert given_variables(READ, {"DATA_DIR", "LR", "HOME"}, lacking.__setitem__) == {"LR": "0.5"}
    assert set(lacking) == {"variable DATA_DIR", "variable HOST", "variable TOKEN"}
    assert "not set here" in lacking["variable HOST"]
    assert "the program gets the one that is set here" in lacking["variable DATA_DIR"]


def test_what_was_not_set_is_not_set_again() -> None:
    """But for what a replay needs for itself."""
    assert unset_variables(READ) == ("FLAG",)


def test_records_without_variables() -> None:
    """Older records have none, and nothing is said."""
    old = Parameters(Status.RECORDED)
    lacking: dict[str, str] = {}
    assert given_variables(old, (), lacking.__setitem__) == {}
    assert (unset_variables(old), lacking) == ((), {})


@pytest.mark.parametrize(
    ("stdin", "given", "lost"),
    [
        (None, "", False),
        (StandardInput("pipe"), "", False),
        (StandardInput("pipe", read=True, digest="ab"), "ab", False),
        (StandardInput("terminal", read=True, complete=False, problem="terminal"), "", True),
        (StandardInput("pipe", read=True, complete=False, digest="ab", problem="secret"), "", True),
    ],
)
def test_standard_input_is_given_where_all_of_it_is_kept(
    stdin: StandardInput | None, given: str, *, lost: bool
) -> None:
    """What was read and not kept prevents a replay; what was not read does not matter."""
    lacking: dict[str, str] = {}
    assert given_input(Parameters(Status.RECORDED, stdin=stdin), lacking.__setitem__) == given
    assert (STANDARD_INPUT in lacking) is lost
