"""One trial of a search, replayed alone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("optuna") is None, reason="Optuna is not installed"),
]


@pytest.fixture(scope="module")
def searched(new_project: Callable[..., Project]) -> tuple[Project, str]:
    """A program that searches, recorded once."""
    project = new_project()
    project.add("searches.py")
    return project, project.record("searches.py")


def replayed(project: Project, run_id: str, *options: str) -> dict[str, Any]:
    """The verdict."""
    done = project.bis("replay", run_id, "--json", *options)
    assert done.code in {0, 1, 5}, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def said(verdict: dict[str, Any]) -> dict[str, Any]:
    """The figures of what the verdict says, by code."""
    return {s["code"]: s["figures"] for s in verdict["statements"]}


def name_of(project: Project, run_id: str) -> str:
    """What the program called a run."""
    with closing(sqlite3.connect(project.uri.removeprefix("sqlite:///"))) as database:
        (found,) = database.execute("SELECT name FROM runs WHERE run_uuid = ?", (run_id,)).fetchone()
    return str(found)


def test_a_trial_is_run_alone_from_the_state_that_it_began_with(searched: tuple[Project, str]) -> None:
    """Pruned or not, it gives the bits that it gave, and no other trial is run."""
    project, run_id = searched
    exact = replayed(project, run_id, "--trial", "6", "-n", "1")
    assert (exact["level"], name_of(project, exact["run_id"])) == ("bitwise", "trial-6")
    assert said(exact)["trial-alone"] == {"trial": 6}
    assert [len(o["runs"] or ()) for o in exact["outcomes"]] in ([2], [0])
    missing = project.bis("replay", run_id, "--trial", "8")
    missing.explains("has no trial 8", "its trials are 0 to 7")


def test_a_trial_that_depends_on_more_is_replayed_with_its_program(searched: tuple[Project, str]) -> None:
    """What a trial finds in variables of the program is not there when it is run alone: that is told."""
    project, run_id = searched
    verdict = replayed(project, run_id, "--trial", "3", "-n", "1")
    assert verdict["level"] == "bitwise"
    assert said(verdict)["trial-with-program"] == {"trial": 3, "reason": "other-state"}
