"""The GitHub Action and the GitLab template around `bis ci`: their steps, run by bash in a repository with a remote."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

from bis.cli.audit import audit
from bis.cli.ci import ci

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "ci" / "action.yml"
TEMPLATE = ROOT / "ci" / "gitlab.yml"
SCRIPT = ROOT / "scripts" / "ci_action.sh"
CERTAIN = "import sys\nprint('accuracy:', float(sys.argv[1]) if sys.argv[1:] else 0.8)\n"
SPLIT = "from sklearn.model_selection import train_test_split\n\na, b = train_test_split(list(range(9)))\n"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


def git(folder: Path, *arguments: str) -> None:
    """Run git."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def checkout(new_project: Callable[..., Project]) -> Project:
    """A shallow clone of a pull request, as a runner has it: the base is on the server only."""
    project = new_project("checkout")
    origin = project.folder.parent / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    (origin / "train.py").write_text(CERTAIN)
    (origin / "pyproject.toml").write_text('[tool.bis.ci]\nprograms = ["train.py"]\ntimes = 1\nfresh-times = 2\n')
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "base")
    git(origin, "checkout", "-q", "-b", "change")
    (origin / "train.py").write_text(CERTAIN.replace("0.8", "0.9"))
    (origin / "split.py").write_text(SPLIT)
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "change")
    shutil.rmtree(project.folder)
    address = f"file://{origin}"
    git(project.folder.parent, "clone", "-q", "--depth", "1", "--branch", "change", address, project.folder.name)
    return project


def variables(project: Project, tmp_path: Path, **more: str) -> dict[str, str]:
    """The environment of a step; `python` is this one."""
    programs = tmp_path / "programs"
    programs.mkdir(exist_ok=True)
    python = programs / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return project.environ(PATH=f"{programs}{os.pathsep}{os.environ['PATH']}", **more)


def bash(project: Project, script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as runners do: by a bash that ends with the first command that fails."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=project.folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )


def action() -> dict[str, Any]:
    """The action."""
    found: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
def test_the_action_compares_with_the_base_of_the_pull_request(checkout: Project, tmp_path: Path) -> None:
    """Which it fetches: the step fails, with annotation, summary and output."""
    step = action()["runs"]["steps"][-1]
    env = variables(
        checkout,
        tmp_path,
        GITHUB_ACTIONS="true",
        GITHUB_ACTION_PATH=str(ACTION.parent),
        GITHUB_BASE_REF="main",
        GITHUB_OUTPUT=str(tmp_path / "output"),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
        CI_PROGRAM="",
        CI_AGAINST="",
        CI_OPTIONS="",
    )
    done = bash(checkout, step["run"], env)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=train.py,title=bis ci%3A printed%3A accuracy%3A moved beyond noise::0.8 -> 0.9" in done.stdout
    assert (tmp_path / "output").read_text() == "status=1\n"
    assert "| printed: accuracy | 0.8 | 0.9 | +0.1 |" in (tmp_path / "summary").read_text(encoding="utf-8")


def test_the_action_takes_a_program_and_options(checkout: Project, tmp_path: Path) -> None:
    """One per line, blanks included, and none of them a command of the shell; `none` compares with nothing."""
    step = action()["runs"]["steps"][-1]
    env = variables(
        checkout,
        tmp_path,
        GITHUB_ACTION_PATH=str(ACTION.parent),
        GITHUB_BASE_REF="main",
        GITHUB_OUTPUT=str(tmp_path / "output"),
        CI_PROGRAM="no such program.py\n$(touch hacked)\n",
        CI_AGAINST="none",
        CI_OPTIONS="-n1\n",
    )
    done = bash(checkout, step["run"], env)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "no such program.py does not exist" in done.stderr
    assert not (checkout.folder / "hacked").exists()
    assert (tmp_path / "output").read_text() == "status=2\n"


def test_the_jobs_of_gitlab(checkout: Project, tmp_path: Path) -> None:
    """The audit of what the branch adds is a Code Quality report; the other job calls the command with what it has."""
    template = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    env = variables(checkout, tmp_path, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", GATE_OPTIONS="--times=0")
    if (checkout.folder / ".git" / "shallow").exists():
        git(checkout.folder, "fetch", "-q", "--unshallow")  # as GIT_DEPTH asks for
    done = bash(checkout, "\n".join(template["bis-audit"]["script"]), env)
    assert done.returncode == 1, done.stdout + done.stderr
    report = template["bis-audit"]["artifacts"]["reports"]["codequality"]
    entries = json.loads((checkout.folder / report).read_text(encoding="utf-8"))
    assert "BIS301 unseeded-split" in {entry["check_name"] for entry in entries}
    assert {entry["location"]["path"] for entry in entries} == {"split.py"}
    done = bash(checkout, "\n".join(template["bis-ci"]["script"]), env)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Invalid value for '-n' / '--times'" in done.stderr


def test_what_is_installed(checkout: Project, tmp_path: Path) -> None:
    """The action installs the bis that it is part of; the template what a variable names, and requirements."""
    env = variables(checkout, tmp_path, GITHUB_ACTION_PATH=str(ACTION.parent), GATE_PACKAGE="bis==9")
    (tmp_path / "programs" / "python").write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    done = bash(checkout, action()["runs"]["steps"][0]["run"], env)
    *_options, place = done.stdout.splitlines()
    assert Path(place).resolve() == ROOT
    template = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    (checkout.folder / "requirements.txt").write_text("numpy\n")
    done = bash(checkout, "\n".join(template[".bis"]["before_script"]), env)
    assert done.returncode == 0, done.stderr
    assert "bis==9\n" in done.stdout
    assert done.stdout.endswith("-r\nrequirements.txt\n")


def test_inputs_and_outputs_are_used() -> None:
    """Each input reaches the script under a name that it reads, and none is part of a command's text."""
    found = action()
    steps = found["runs"]["steps"]
    given = {name for step in steps for name in step.get("env", {})}
    assert set(re.findall(r"\bCI_[A-Z]+\b", SCRIPT.read_text(encoding="utf-8"))) == given
    assert set(re.findall(r"inputs\.([a-z-]+)", json.dumps(steps))) == set(found["inputs"])
    assert not [step["run"] for step in steps if "${{" in step["run"]]
    assert "status=%s" in SCRIPT.read_text(encoding="utf-8")
    assert (ACTION.parent / ".." / "pyproject.toml").is_file()


def test_options_exist() -> None:
    """The script and the template give the commands nothing that they do not know."""
    known = {
        name: {word for p in command.params if isinstance(p, click.Option) for word in p.opts}
        for name, command in (("ci", ci), ("audit", audit))
    }
    assert "--against" in known["ci"]
    text = TEMPLATE.read_text(encoding="utf-8")
    for line in re.findall(r"python -m bis (\w+) (.*)", text):
        assert set(re.findall(r"(?<![\w-])--[a-z]+", line[1])) <= known[line[0]]
