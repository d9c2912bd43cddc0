"""What a replay gives a program again."""

from __future__ import annotations

from bis._replay.given_again import given_variables, unset_variables
from bis.model.facets import Parameters, Status, Variable

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
    ),
)


def test_recorded_values_are_given_and_others_are_named() -> None:
    """A value that was kept is given; one that was not is named, with whether it is set here."""
    lacking: dict[str, str] = {}
    assert given_variables(READ, {"DATA_DIR", "LR"}, lacking.__setitem__) == {"LR": "0.5"}
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
