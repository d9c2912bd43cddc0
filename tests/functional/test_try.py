"""`bis try` and `bis corpus try` on real git repositories, with real environments."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from bis.launch.sandbox.available import chosen_sandbox
from bis.model.sandbox import AUTO, SandboxKind
from tests.functional.scene import notebook_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.scene import Project

pytestmark = pytest.mark.long

_PROGRAM = """\
import argparse
import random

import toolz

parser = argparse.ArgumentParser()
parser.add_argument("--n", type=int, required=True)
n = parser.parse_args().n
if __name__ == "__main__":
    print("mean", sum(toolz.take(n, iter(random.random, None))) / n)
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git in a repository, as somebody with a fixed clock."""
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    when = {"GIT_AUTHOR_DATE": "2024-03-01T12:00:00Z", "GIT_COMMITTER_DATE": "2024-03-01T12:00:00Z"}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **who, **when}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def repository(folder: Path, **texts: str) -> str:
    """Commit files in a repository, which is made if need be; the commit. ``_DOT_`` in a name stands for a dot."""
    folder.mkdir(exist_ok=True)
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    for name, text in texts.items():
        (folder / name.replace("_DOT_", ".")).write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a change")
    return git(folder, "rev-parse", "HEAD")


def sandbox() -> tuple[str, ...]:
    """What is said where no sandbox works on this machine: nothing is run unasked."""
    return ("--sandbox", "none") if chosen_sandbox(AUTO) is SandboxKind.NONE else ()


def tried(project: Project, *arguments: str, code: int = 0) -> dict[str, Any]:
    """What `bis try` says of a project."""
    done = project.bis("try", *arguments, *sandbox(), "--yes", "--json", "--out", str(project.folder.parent / "out"))
    assert done.code == code, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_a_strangers_project_runs_and_is_replayed(project: Project) -> None:
    """What its README says is run with the packages of the day of its commit, and again; nothing of it is changed."""
    folder = project.folder.parent / "theirs"
    readme = "# Usage\n\n```\npython fit.py --n 3\n```\n"
    commit = repository(folder, README_DOT_md=readme, fit_DOT_py=_PROGRAM, requirements_DOT_txt="toolz\n")
    before = sorted(p.name for p in folder.iterdir())
    found = tried(project, str(folder), "-n", "1")
    assert (found["place"], found["commit"]) == ("ran untracked", commit)
    assert (found["chosen"]["target"], found["chosen"]["argv"]) == ("fit.py", ["--n", "3"])
    assert "toolz==0.12.1" in found["environment"]["lock"]  # of November 2023; 1.0.0 came in October 2024
    assert (found["replays"]["level"], found["replays"]["replays"]) == ("bitwise", 1)
    assert (found["sandbox"] in {"namespaces", "bwrap", "landlock"}) == ("sandbox" not in found["missing_guards"])
    assert sorted(p.name for p in folder.iterdir()) == before
    shown = project.bis("show", found["run_id"], "--tracking-uri", found["tracking_uri"])
    assert "bitwise" in shown.out


_AT_HOME = """\
import os
import pathlib
import socket
import subprocess

settings = pathlib.Path.home() / ".theirs" / "settings.ini"
print("settings", settings.exists(), os.path.exists(os.path.join({secret!r}, "key")))
settings.parent.mkdir()
settings.write_text("a = 1")
subprocess.run(["touch", os.path.join({secret!r}, "written")])
try:
    socket.create_connection(("203.0.113.1", 80), timeout=1)
except OSError as error:
    print("no network:", type(error).__name__)
"""


def test_a_strangers_program_finds_a_home_of_its_own_and_nothing_of_the_users(project: Project) -> None:
    """What it and its programs write elsewhere goes nowhere; it has no network; each replay has an empty home again."""
    folder, secret = project.folder.parent / "theirs", project.folder.parent / "secret"
    secret.mkdir()
    (secret / "key").write_text("private", encoding="utf-8")
    repository(folder, fit_DOT_py=_AT_HOME.format(secret=str(secret)))
    found = tried(project, str(folder), "fit.py", "-n", "1")
    if found["sandbox"] == "none":
        pytest.skip("no sandbox works on this machine")
    assert (found["place"], found["replays"]["level"]) == ("ran untracked", "bitwise")
    printed = (project.folder.parent / "out" / "theirs" / "printed.txt").read_text(encoding="utf-8")
    assert "settings False False" in printed
    assert "no network: " in printed
    assert sorted(p.name for p in secret.iterdir()) == ["key"]
    (home,) = [one for one in found["deviations"] if one["what"] == "home folder"]
    assert "~/.theirs/settings.ini" in home["replayed"]
    assert "203.0.113.1" in json.dumps(found["deviations"])
    refused = project.bis("try", "/no/such/folder", "--yes")
    assert refused.code == 2
    refused.explains("'/no/such/folder' is neither a folder nor a git bundle on this machine")


def test_a_bundle_an_older_commit_and_an_entry(project: Project) -> None:
    """Code of strangers is run with consent only; where it fails, its line and what it would take are named."""
    folder = project.folder.parent / "theirs"
    old = repository(folder, fit_DOT_py="import json\n\n\ndef f():\n    return {}['x']\n\n\nf()\n", app_DOT_py="1\n")
    repository(folder, fit_DOT_py="print(1)\n")
    bundle = project.folder.parent / "theirs.bundle"
    git(folder, "bundle", "create", str(bundle), "--all")
    refused = project.bis("try", str(bundle), "fit.py", *sandbox())
    assert refused.code == 3
    refused.explains("not allowed", "--yes")
    new = tried(project, str(bundle), "fit.py", "-n", "0", "--as-of", "today")
    assert new["place"] == "ran untracked"
    found = tried(project, f"{bundle}@{old}", "fit.py", code=3)
    (said,) = found["evidence"]
    assert (found["place"], said["text"], said["file"], said["line"]) == ("exception", "KeyError: 'x'", "fit.py", 5)
    missing = tried(project, f"{bundle}@{'0' * 40}", code=3)
    assert missing["place"] == "not cloned"
    text = project.bis("try", f"{folder}@{old}", "fit.py", "--yes", "--out", "elsewhere", *sandbox())
    assert "fit.py:5: KeyError: 'x'" in text.out
    project.bis("try", str(folder), "other.py", "--yes", *sandbox()).explains("other.py", "fit.py")


def test_a_corpus_goes_on_where_it_stopped(project: Project) -> None:
    """Each project has its place and evidence; a second call tries only what it could not clone."""
    ours = project.folder
    commits = {
        "runs": repository(ours / "runs", main_DOT_py="import time\nprint(2)\n"),
        "data": repository(ours / "data", train_DOT_py="open('wine.csv')\n"),
        "nothing": repository(ours / "nothing", README_DOT_md="Words.\n"),
        "gone": "1" * 40,
    }
    rows = ["repository,commit", *(f"./{name},{commit}" for name, commit in commits.items())]
    (ours / "list.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    command = ("corpus", "try", "list.csv", "--out", "tries", "-n", "0", "-j", "1", "--yes", "--json", *sandbox())
    first = project.bis(*command)
    assert first.code == 0, first.err
    document = json.loads(first.out)
    places = {one["project"]: (one["place"], one["need"]) for one in document["tries"]}
    assert places == {
        "runs": ("ran untracked", None),
        "data": ("needs what is not there", "data"),
        "nothing": ("no entry point", None),
        "gone": ("not cloned", None),
    }
    assert all(one["evidence"] for one in document["tries"])
    assert sum(one["projects"] for one in document["counts"]) == 4
    second = json.loads(project.bis(*command).out)
    times = [{one["project"]: one["tried_unix_s"] for one in run["tries"]} for run in (document, second)]
    assert {name for name in times[0] if times[0][name] != times[1][name]} <= {"gone"}
    assert (ours / "tries" / "tries.csv").read_text(encoding="utf-8").count("\n") == 5


@pytest.mark.slow
def test_a_notebook_is_compared_with_its_saved_outputs(project: Project) -> None:
    """In a kernel of the day; its figures are reproduced, or not, and it runs again."""
    folder = project.folder.parent / "theirs"
    saved = {"output_type": "stream", "name": "stdout", "text": "sum 3\n"}
    repository(folder, a_DOT_ipynb=notebook_text(["print('sum', 1 + 1)"], first_outputs=[saved]))
    found = tried(project, str(folder), "-n", "1")
    assert (found["place"], found["chosen"]["kind"]) == ("ran untracked", "notebook")
    assert (found["replays"]["level"], found["replays"]["reason"]) == ("bitwise", "")
    assert (found["published"]["level"], found["published"]["compared"]) == ("divergent", 1)
