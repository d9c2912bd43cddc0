"""Replays in forks of a process that has only imported: the same bits, the same surroundings, the same guards."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.scene import eventually, processes_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks after imports are safe on Linux only")

DRAWING = """
import random, secrets
VALUE = random.random()
WORDS = [secrets.choice(["warm", "cold"]) for _ in range(5)]
"""


def _replayed(project: Project, *arguments: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A verdict, and its outcomes in their order."""
    done = project.bis("replay", "last", "--json", *arguments)
    assert done.out, done.err
    verdict = json.loads(done.out)
    verdict = verdict.get("verdict", verdict)
    return verdict, sorted(verdict["outcomes"], key=lambda o: o["index"])


def _starts(outcomes: list[dict[str, Any]]) -> list[str]:
    return [o["cold_reason"] or o["start"] for o in outcomes]


def _as_printed(outcome: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The lines of standard output and error of a replay, without the name of its folder."""
    outputs = outcome["outputs"]
    return outputs["stdout"].splitlines(), [line.rpartition("/")[2] for line in outputs["stderr"].splitlines()]


@pytest.fixture(scope="module")
def everything(new_project: Callable[..., Project]) -> tuple[Project, dict[str, Any], list[dict[str, Any]]]:
    """A program that draws from everything, recorded, and replayed four times."""
    project = new_project("warm")
    project.add("drawing.py", DRAWING)
    project.add("warm_all.py")
    project.record("warm_all.py", "--flag", "value")
    return (project, *_replayed(project, "-n", "4"))


def test_warm_replays_have_the_bits_of_cold_ones(
    everything: tuple[Project, dict[str, Any], list[dict[str, Any]]],
) -> None:
    """Draws at import, hash order, forests, a net with workers and a pool: all as in a replay that imports itself."""
    _, verdict, outcomes = everything
    assert _starts(outcomes) == ["cold", "warm", "warm", "warm"]
    assert verdict["level"] == "bitwise"
    cold, *warm = outcomes
    for outcome in warm:
        assert _as_printed(outcome) == _as_printed(cold)
        assert outcome["trace"] == cold["trace"]
        assert outcome["outputs"]["metrics"] == cold["outputs"]["metrics"]
        assert outcome["outputs"]["models"] == cold["outputs"]["models"]
        assert not outcome["notes"]


# A cold replay cannot look into the process that started it, which is outside of its sandbox.
WARM = """import os, time
try:
    warm = b'BIS_WARM=' in open(f'/proc/{os.getppid()}/environ', 'rb').read()
except PermissionError:
    warm = False
"""


@pytest.mark.parametrize(
    ("program", "starts", "level", "said"),
    [
        ("print('loss', 0.5 + warm)", ["cold", "differs", "differs", "differs"], "bitwise", ["warm-differs"]),
        ("warm and os.kill(os.getppid(), 9)\nprint('loss', 0.5)", ["cold", "lost", "lost", "lost"], "bitwise",
         ["warm-failed"]),
        ("print('loss', time.time_ns() % 10**9)", ["cold", *["not-deterministic"] * 3], "divergent", []),
    ],
)  # fmt: skip
def test_warm_replays_count_only_where_they_are_as_cold_ones(
    project: Project, program: str, starts: list[str], level: str, said: list[str]
) -> None:
    """One that differs is left out, one whose parent is killed is made again, and chance is not blamed on the start."""
    project.add("train.py", WARM + program)
    project.record("train.py")
    verdict, outcomes = _replayed(project, "-n", "4")
    assert _starts(outcomes) == starts
    assert verdict["level"] == level
    assert [s["code"] for s in verdict["statements"] if s["code"].startswith("warm")] == said
    if said:
        assert len({outcome["outputs"]["stdout"] for outcome in outcomes}) == 1


def test_warm_replays_run_in_several_processes(project: Project) -> None:
    """Each has a parent of its own, and leaves none; an exception that nothing catches is the same from all."""
    project.add("train.py", "print('loss', 0.5)\ndef inner():\n    raise ValueError('in the end')\ninner()\n")
    project.bis("run", "train.py")
    _, outcomes = _replayed(project, "-n", "7", "-j", "2")
    assert "warm" in _starts(outcomes)
    assert set(_starts(outcomes)) == {"cold", "warm"}
    ends = {(o["failure"]["message"], o["failure"]["exit_code"], *_as_printed(o)[0]) for o in outcomes}
    assert len(ends) == 1
    assert len({len(_as_printed(o)[1]) for o in outcomes}) == 1
    assert eventually(lambda: not processes_with(f"{project.home}"))


def test_cold_replays_are_cold(project: Project) -> None:
    """`--cold` starts an interpreter for each; the setting does so always, and so does a replay that is kept."""
    project.add("train.py", "print('loss', 0.5)\n")
    project.record("train.py")
    assert _starts(_replayed(project, "-n", "3", "--cold")[1]) == ["cold"] * 3
    assert _starts(_replayed(project, "-n", "3", "--keep")[1]) == ["cold", "kept", "kept"]
    assert _starts(_replayed(project, "-n", "3", "--fresh")[1]) == ["cold"] * 3
