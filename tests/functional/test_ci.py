"""`bis ci` in a real git repository: changes that break repeatability, or move a metric within or beyond noise."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

# The level is so low that a change without effect fails the test once in two thousand times: with 8 replays of each
# side, only values that are all on one side of the base's are beyond noise.
SETTINGS = """\
[tool.bis]
alpha = 0.0005
[tool.bis.ci]
programs = ["train.py"]
times = 2
fresh-times = 8
"""
BASE = 'import random\nprint("accuracy:", 0.8 + 0.01 * random.gauss(0, 1))\n'
# The same distribution from other draws, so that no pair of replays has the same luck.
WITHIN = 'import random\nprint("accuracy:", 0.8 + 0.01 * sum(random.gauss(0, 1) for _ in range(4)) / 2)\n'
BEYOND = WITHIN.replace("0.8", "0.95")
UNREPEATABLE = "import time\nprint('accuracy:', 0.8 + time.perf_counter_ns() % 1000 / 1e6)\n"


def git(project: Project, *arguments: str) -> str:
    """Run git in the project."""
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
    return subprocess.run(command, cwd=project.folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def repository(new_project: Callable[..., Project]) -> tuple[Project, str]:
    """A repository on a branch that went off main, and the run of main."""
    project = new_project("repository", draws="repository")
    git(project, "init", "-q", "-b", "main")
    project.add("train.py", BASE)
    project.add("pyproject.toml", SETTINGS)
    project.add(".gitignore", "*.md\n")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "base")
    run_id = project.record("train.py")
    git(project, "checkout", "-q", "-b", "change")
    return project, run_id


def change(project: Project, text: str) -> None:
    """Commit another program."""
    project.add("train.py", text)
    git(project, "commit", "-q", "-a", "-m", "change")


@pytest.mark.slow
def test_a_change_that_breaks_repeatability(repository: tuple[Project, str]) -> None:
    """It fails, with an annotation at the program and a summary; the base is not needed for that."""
    project, _base = repository
    change(project, UNREPEATABLE)
    done = project.bis("ci", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(project.folder / "step.md"))
    assert done.code == 1, done
    assert "failed: train.py: not repeatable" in done.out
    assert "::error file=train.py,title=bis ci%3A not repeatable::divergent" in done.out
    assert (project.folder / "step.md").read_text(encoding="utf-8").startswith("## bis: failed\n")


@pytest.mark.slow
def test_a_change_within_noise(repository: tuple[Project, str]) -> None:
    """Other draws of the same distribution pass, compared with a run."""
    project, base = repository
    change(project, WITHIN)
    done = project.bis("ci", "--against", base, "--summary", "within.md")
    assert done.code == 0, done
    assert "passed: 1 program" in done.out
    assert f"{base}: 1 metric within noise" in done.out
    assert "no difference shown" in (project.folder / "within.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_change_beyond_noise(repository: tuple[Project, str]) -> None:
    """It fails, compared with the commit at which the branch went off."""
    project, _base = repository
    change(project, BEYOND)
    done = project.bis("ci", "--against", "main", "--json")
    assert done.code == 1, done
    found = json.loads(done.out)
    (program,) = found["programs"]
    assert [f["code"] for f in program["findings"]] == ["metric-moved"]
    (metric,) = program["comparison"]["metrics"]
    assert metric["difference"] == pytest.approx(0.15, abs=0.03)
    assert len(git(project, "worktree", "list").splitlines()) == 1


def test_whether_the_users_own_tests_would_notice(repository: tuple[Project, str]) -> None:
    """A check of the figure kills another seed; nothing kills that a package is not pinned any more."""
    project, _base = repository
    project.add("seeded.py", "import random\nrandom.seed(5)\nprint(random.random())\n")
    project.add("requirements.txt", "numpy==2.1\n")
    check = "import subprocess, sys; sys.exit(b'0.62' not in subprocess.check_output([sys.executable, 'seeded.py']))"
    project.add("check.py", f"{check}\n")
    done = project.bis("ci", "--mutate", "--command", f"{sys.executable} check.py")
    assert done.code == 1, done
    assert done.out.startswith("not noticed: 1 of 2 mutations killed\n"), done.out
    found = json.loads(project.bis("ci", "--mutate", "--command", f"{sys.executable} check.py", "--json").out)
    assert [(r["mutation"]["kind"], r["fate"]) for r in found["results"]] == [
        ("seed", "killed"),
        ("packages", "survived"),
    ]
    project.bis("ci", "--mutate").explains("there is no test command")
    assert project.bis("ci", "--mutate", "train.py").code == 2
    assert project.bis("ci", "--most", "3", "train.py").code == 2


def test_what_fails_is_said(repository: tuple[Project, str]) -> None:
    """A base that is nowhere, a program that fails, a table that is not there, a run beside a commit."""
    project, base = repository
    project.bis("ci", "--against", "nowhere").explains("neither a run nor a commit", "fetch-depth")
    project.add("broken.py", "raise SystemExit(3)\n")
    done = project.bis("ci", "broken.py")
    assert done.code == 3, done
    assert "the program failed (exit status 3)" in done.out
    project.bis("ci", "--expect", "nowhere.csv", base).explains("nowhere.csv")
    project.bis("ci", "--against", "main", base).explains("cannot be compared with a commit")
