"""Which Python is tried."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from bis._replay.environment import Interpreter
from bis._try.python_choice import AskedPython, asked_python, earliest_use, newest_of, pythons_to_try
from bis.model.tried_project import Candidate, CandidateKind
from tests.unit._try.test_candidates import files

_HERE = tuple(
    Interpreter(version, f"/{version}") for version in ("3.11.7", "3.13.0", "3.12.1", "3.10.13", "3.9.18", "3.8.18")
)
_SCRIPT = Candidate(CandidateKind.MAIN, "fit.py")


def at(year: int, month: int, day: int = 1) -> float:
    """Seconds since 1970."""
    return datetime(year, month, day, tzinfo=timezone.utc).timestamp()


def test_the_newest_that_the_day_had() -> None:
    """By the first releases of each minor version."""
    assert newest_of(date(2023, 10, 1)) == (3, 11)
    assert newest_of(date(2023, 10, 2)) == (3, 12)
    assert newest_of(date(2010, 1, 1)) == (3, 6)


def test_without_a_wish_the_newest_of_the_day_comes_first() -> None:
    """Then the older ones that it had, and at last those that it had not, as a deviation."""
    found = pythons_to_try(AskedPython(), at(2023, 6), _HERE)
    assert [c.interpreter.version for c in found] == ["3.11.7", "3.10.13", "3.12.1", "3.13.0"]
    assert [bool(c.deviations) for c in found] == [False, False, True, True]


def test_a_python_that_had_just_come_out_comes_later() -> None:
    """Of November 2024 is 3.13, which few libraries had wheels for; half a year later it is the first."""
    november = [c.interpreter.version for c in pythons_to_try(AskedPython(), at(2024, 11), _HERE)]
    assert november == ["3.12.1", "3.11.7", "3.10.13", "3.13.0"]
    assert pythons_to_try(AskedPython(), at(2025, 5), _HERE)[0].interpreter.version == "3.13.0"
    asked = pythons_to_try(AskedPython("==3.13.*"), at(2024, 11), _HERE)[0]
    assert (asked.interpreter.version, asked.deviations) == ("3.13.0", ())


def test_an_older_python_than_bis_records_is_replaced_by_the_nearest() -> None:
    """3.8 is on this machine, but the recorder needs 3.10: that is named."""
    first = pythons_to_try(AskedPython("==3.8.*", "conda.yaml"), at(2020, 6), _HERE)[0]
    assert first.interpreter.version == "3.10.13"
    (deviation,) = first.deviations
    assert (deviation.recorded, deviation.replayed) == ("==3.8.*", "3.10.13")
    assert "3.10" in deviation.why


def test_a_range_is_honoured() -> None:
    """`>=3.10,<3.12` on a day that had 3.13."""
    found = pythons_to_try(AskedPython(">=3.10,<3.12"), at(2025, 1), _HERE)
    assert [c.interpreter.version for c in found][:2] == ["3.11.7", "3.10.13"]


def test_another_patch_release_is_a_deviation() -> None:
    """The minor version is right, the patch is named."""
    first = pythons_to_try(AskedPython("==3.10.4"), at(2023, 1), _HERE)[0]
    assert (first.interpreter.version, first.deviations[0].recorded) == ("3.10.13", "3.10.4")


def test_other_implementations_are_not_used() -> None:
    """Nor is one chosen where there is none."""
    assert pythons_to_try(AskedPython(), at(2023, 1), [Interpreter("3.10.1", "/p", "pypy")]) == ()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pyproject.toml", '[project]\nrequires-python = ">=3.9,<3.12"\n', "<3.12,>=3.9"),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8"\n', "<4,>=3.8"),
        ("Pipfile", '[requires]\npython_version = "3.9"\n', "==3.9"),
        ("conda.yaml", "dependencies:\n  - python=3.7\n", "==3.7.*"),
        ("environment.yml", "dependencies:\n  - python=3.9.16=h2782a2a_0\n", "==3.9.16"),
        ("python_env.yaml", "python: '3.8.10'\n", "==3.8.10"),
        ("setup.py", "setup(python_requires='>=3.6')\n", ">=3.6"),
        ("runtime.txt", "python-3.9.1\n", "==3.9.1"),
        (".python-version", "3.10.4\n", "==3.10.4"),
        ("requirements.txt", "python==3.8\n", ""),
    ],
)
def test_where_a_project_says_it(name: str, text: str, expected: str) -> None:
    """Each kind of file in its own words."""
    assert asked_python(_SCRIPT, files({name: text}), [name]).specifier == expected


def test_packages_for_a_python_come_after_it() -> None:
    """A year after its first release most libraries have wheels for it."""
    assert earliest_use("3.10.13") == at(2022, 10, 4)
