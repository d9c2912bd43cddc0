"""Where `bis audit` meets other tools: the hook, run by the real pre-commit, and the script of the GitHub Action."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import bis.api
from bis.cli.audit import audit
from bis.cli.main import cli

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / "action.yml"
SCRIPT = ROOT / "scripts" / "action.sh"

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
BAD = """\
import mlflow

with mlflow.start_run():
    mlflow.log_param("lr", 0.1)
    for epoch in range(3):
        mlflow.log_metric("loss", 1 / (epoch + 1))
"""
GOOD = BAD.replace("(epoch + 1))", "(epoch + 1), step=epoch)")
ONE_RULE = "BIS103"


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    """The environment of commands: a home and a cache of their own, nobody's settings of git or pip."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BIS_", "GIT_", "GITHUB_", "RUNNER_", "AUDIT_"))}
    ours = {
        "BIS_HOME": str(tmp_path / "home"),
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        "PYTHONPATH": str(Path(bis.api.__file__).parents[2]),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "NO_COLOR": "1",
    }
    return kept | ours | more


def run(*command: str | Path, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120)


def repository(folder: Path, files: dict[str, str], env: dict[str, str]) -> Path:
    """A git repository with one commit."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    who = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main")
    for step in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "first")):
        assert run("git", *who, *step, cwd=folder, env=env).returncode == 0
    return folder


def hooks() -> list[dict[str, Any]]:
    """What the repository offers to pre-commit."""
    found: list[dict[str, Any]] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return found


def pre_commit(tmp_path: Path, source: str) -> subprocess.CompletedProcess[str]:
    """Run the hook as it is offered, on a repository of this one file.

    pre-commit takes the hook from a git repository, as it does from ours; only `language` is changed, since `python`
    would install bis from a package index.
    """
    env = environ(tmp_path)
    offered = "".join(
        f"{line}\n" if not line.strip().startswith("language:") else "  language: system\n"
        for line in HOOKS.read_text(encoding="utf-8").splitlines()
    )
    provider = repository(tmp_path / "provider", {HOOKS.name: offered}, env)
    commit = run("git", "rev-parse", "HEAD", cwd=provider, env=env).stdout.strip()
    hook = {"id": "bis-audit", "args": ["--select", ONE_RULE]}
    config = {"repos": [{"repo": str(provider), "rev": commit, "hooks": [hook]}]}
    project = repository(
        tmp_path / "project", {"train.py": source, ".pre-commit-config.yaml": yaml.safe_dump(config)}, env
    )
    return run(sys.executable, "-m", "pre_commit", "run", "--all-files", cwd=project, env=env)


def test_the_hook_fails_where_there_are_findings(tmp_path: Path) -> None:
    """pre-commit runs the hook once, shows the finding with its place, and fails."""
    done = pre_commit(tmp_path, BAD)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.count("train.py:6:9: BIS103 ") == 1, done.stdout


def test_the_hook_passes_where_there_are_none(tmp_path: Path) -> None:
    """Without findings the hook passes."""
    done = pre_commit(tmp_path, GOOD)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_the_hook_names_a_command_that_exists() -> None:
    """Its entry is a command of bis with options that it has, and it is given no file names."""
    (hook,) = hooks()
    program, command, *options = hook["entry"].split()
    assert (program, command) == ("bis", "audit")
    # Below the group, as it is run: click keeps the help option that a command's first context has.
    group = click.Context(cli, info_name=program, **cli.context_settings)
    parsed = cli.commands[command].make_context(command, list(options), parent=group)
    assert parsed.params["form"] == "concise"
    assert hook["pass_filenames"] is False
    assert hook["types_or"] == ["python", "jupyter"]


@dataclass(frozen=True, slots=True)
class Step:
    """How a step of a workflow ended: its status, its log, its outputs, its summary."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def act(tmp_path: Path, files: dict[str, str], **inputs: str) -> Step:
    """Run the action's script as a step of a workflow does, in a checkout of these files."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name, text in files.items():
        (checkout / name).write_text(text, encoding="utf-8")
    python = tmp_path / "temp" / "bis-audit" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    output, summary = tmp_path / "output", tmp_path / "summary"
    env = environ(
        tmp_path,
        RUNNER_TEMP=str(tmp_path / "temp"),
        GITHUB_ACTION_PATH=str(ROOT),
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(summary),
        **{"AUDIT_SELECT": ONE_RULE, **inputs},
    )
    done = run("bash", SCRIPT, "audit", cwd=checkout, env=env)
    written = output.read_text(encoding="utf-8") if output.exists() else ""
    outputs = dict(line.split("=", 1) for line in written.splitlines())
    told = summary.read_text(encoding="utf-8") if summary.exists() else ""
    return Step(done.returncode, done.stdout + done.stderr, outputs, told)


@needs_bash
def test_the_action_annotates_and_fails(tmp_path: Path) -> None:
    """Findings are annotations on stdout and results of the SARIF file; their number is an output; the step fails."""
    step = act(tmp_path, {"train.py": BAD})
    assert step.code == 1, step.log
    assert step.log.startswith("::warning file=train.py,line=6,endLine=6,col=9,title=BIS103 metric-without-step::")
    assert step.outputs == {"sarif": "bis.sarif", "findings": "1"}
    log = json.loads((tmp_path / "checkout" / "bis.sarif").read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["BIS103"]
    assert step.summary == "bis audit: 1 findings.\n"


@needs_bash
def test_the_action_passes_without_findings(tmp_path: Path) -> None:
    """Without findings nothing is annotated, the SARIF file is there all the same, and the step passes."""
    step = act(tmp_path, {"train.py": GOOD}, AUDIT_SARIF="out put.sarif")
    assert (step.code, step.log) == (0, "")
    assert step.outputs == {"sarif": "out put.sarif", "findings": "0"}
    assert (tmp_path / "checkout" / "out put.sarif").is_file()


@needs_bash
def test_the_action_can_tell_without_failing(tmp_path: Path) -> None:
    """With fail-on-findings set to false, findings are told and the step passes."""
    step = act(tmp_path, {"train.py": BAD}, AUDIT_FAIL="false")
    assert step.code == 0, step.log
    assert step.outputs["findings"] == "1"


@needs_bash
def test_the_action_takes_a_baseline_and_several_files(tmp_path: Path) -> None:
    """Findings that the baseline lists are not told; several paths stand on lines of their own, blanks included."""
    entry = {"code": ONE_RULE, "file": "old.py", "message": "log_metric in a loop without step=", "count": 1}
    baseline = json.dumps({"format": "bis.baseline", "version": 1, "findings": [entry]})
    files = {"old.py": BAD, "my new.py": BAD, "unasked.py": BAD, "baseline.json": baseline, "pyproject.toml": ""}
    step = act(tmp_path, files, AUDIT_PATH="old.py\nmy new.py\n", AUDIT_BASELINE="baseline.json")
    assert step.code == 1, step.log
    assert re.findall(r"file=([^,]+),", step.log) == ["my new.py"]


@needs_bash
@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"AUDIT_PATH": "nowhere"}, 2), ({"AUDIT_SELECT": "BIS999"}, 2), ({"AUDIT_IGNORE": "$(touch hacked)"}, 2)],
)
def test_the_action_hands_on_errors(tmp_path: Path, inputs: dict[str, str], code: int) -> None:
    """What bis refuses ends the step with its exit status, without a SARIF file; no input is run as a command."""
    step = act(tmp_path, {"train.py": BAD}, **inputs)
    assert step.code == code, step.log
    assert sorted(p.name for p in (tmp_path / "checkout").iterdir()) == ["train.py"]
    assert step.outputs == {}


@needs_bash
def test_the_action_says_that_there_is_nothing_to_audit(tmp_path: Path) -> None:
    """A checkout without Python ends with 4: the path is wrong, most likely."""
    step = act(tmp_path, {"notes.txt": "nothing"})
    assert step.code == 4, step.log
    assert "no Python file" in step.summary


@needs_bash
def test_the_action_installs_into_an_environment_of_its_own(tmp_path: Path) -> None:
    """`install` makes an environment in the runner's temporary folder, with the bis that the action brings."""
    package = tmp_path / "action"
    package.mkdir()
    (package / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "bis"\nversion = "7"\n'
    )
    (package / "backend.py").write_text(
        "import zipfile\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        "    name, info = 'bis-7-py3-none-any.whl', 'bis-7.dist-info'\n"
        "    with zipfile.ZipFile(f'{folder}/{name}', 'w') as wheel:\n"
        "        wheel.writestr(f'{info}/METADATA', 'Metadata-Version: 2.1\\nName: bis\\nVersion: 7\\n')\n"
        "        wheel.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
        "        wheel.writestr('bis/__main__.py', 'print(7)')\n"
        "        wheel.writestr(f'{info}/RECORD', '')\n"
        "    return name\n"
    )
    temporary = tmp_path / "temp"
    temporary.mkdir()
    env = environ(
        tmp_path,
        RUNNER_TEMP=str(temporary),
        GITHUB_ACTION_PATH=str(package),
        AUDIT_PYTHON=sys.executable,
        PYTHONPATH="",
    )
    done = run("bash", SCRIPT, "install", cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    python = temporary / "bis-audit" / "bin" / "python"
    assert run(python, "-m", "bis", cwd=tmp_path, env=env).stdout == "7\n"


def test_the_action_names_what_exists() -> None:
    """Each input reaches the script under a name that it reads; it writes each output; each file is there."""
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    script = SCRIPT.read_text(encoding="utf-8")
    steps = action["runs"]["steps"]
    given = {name: value for step in steps for name, value in step.get("env", {}).items()}
    assert set(re.findall(r"\bAUDIT_[A-Z]+\b", script)) == set(given)
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(steps)))
    assert used == set(action["inputs"])
    for name, output in action["outputs"].items():
        assert output["value"] == f"${{{{ steps.audit.outputs.{name} }}}}"
        assert f"{name}=%s" in script
    named = re.findall(r"GITHUB_ACTION_PATH/([\w./-]+)", json.dumps(steps))
    assert named
    assert all((ROOT / path).is_file() for path in named)


def test_no_input_of_the_action_is_part_of_a_command() -> None:
    """An input that stood in a command's text could end it and begin another."""
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    assert not [step["run"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")]


def test_options_of_the_script_are_options_of_the_command() -> None:
    """The script gives `bis audit` nothing that it does not know."""
    options = {word for p in audit.params if isinstance(p, click.Option) for word in p.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z]+(?=[= ])", SCRIPT.read_text(encoding="utf-8"))) - {"--quiet"} <= options
