"""A run recorded in one clone is replayed from the server alone, by another user in another place."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.functional.scene import Done, Project, Server, tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

_COMMITTED = {
    "train.py": (
        "import mlflow\nfrom package.extra import value\nwith mlflow.start_run():\n    "
        "mlflow.log_metric('v', value())\n"
    ),
    "package/__init__.py": "",
    "package/scale.py": "SCALE = 1.0\n",
    ".gitignore": "*.tmp\n",
}
_UNCOMMITTED = {
    "train.py": _COMMITTED["train.py"] + "    mlflow.log_text(open('numbers.csv').read(), 'numbers.csv')\n",
    "package/scale.py": "SCALE = 2.5\n",
    "package/extra.py": (
        "import random\nfrom pathlib import Path\nfrom package.scale import SCALE\n\n\ndef value():\n"
        "    total = sum(map(float, Path('numbers.csv').read_text().split()))\n"
        "    return SCALE * total * random.random()\n"
    ),
    "numbers.csv": "1.5\n2.5\n",
}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A run on a server whose clone and cache are gone, and another place."""

    run_id: str
    commit: str
    recorded: Done
    place: Project


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def git(folder: Path, *arguments: str) -> str:
    """Run git."""
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    command = ["git", "-C", str(folder), *named, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def elsewhere(
    server: Server, new_project: Callable[..., Project], tmp_path_factory: pytest.TempPathFactory
) -> Elsewhere:
    """Record in a clone with uncommitted and untracked changes, then delete the clone and bis's home."""
    origin = tmp_path_factory.mktemp("origin") / "repository"
    origin.mkdir()
    git(origin, "init", "--quiet")
    write(origin, _COMMITTED)
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "first")
    first = replace(new_project("clone", USER="somebody", LOGNAME="somebody"), uri=server.uri)
    first.folder.rmdir()
    git(origin, "clone", "--quiet", str(origin), str(first.folder))
    write(first.folder, _UNCOMMITTED)
    recorded = first.bis("run", "train.py")
    assert recorded.code == 0, recorded.err
    commit = git(first.folder, "rev-parse", "HEAD")
    for gone in (first.folder, first.home, origin):
        shutil.rmtree(gone)
    other_home = tmp_path_factory.mktemp("user")
    place = replace(new_project("elsewhere", USER="another", LOGNAME="another", HOME=str(other_home)), uri=server.uri)
    return Elsewhere(recorded.run_id, commit, recorded, place)


def test_asks_before_it_runs_foreign_code(elsewhere: Elsewhere, server: Server) -> None:
    """Without a terminal and without --yes nothing of another user's run is executed, and the message says why."""
    before = tree(server.artifacts)
    done = elsewhere.place.bis("replay", elsewhere.run_id, "-n", "1")
    assert done.code == 3
    done.explains(elsewhere.run_id, "recorded elsewhere", "--yes")
    assert tree(server.artifacts) == before


def test_dry_run_needs_no_consent_and_runs_nothing(elsewhere: Elsewhere, server: Server) -> None:
    """The plan can be looked at first."""
    before = tree(server.artifacts)
    done = elsewhere.place.bis("replay", elsewhere.run_id, "--dry-run", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["format"] == "bis.plan"
    assert tree(server.artifacts) == before


def test_replay_from_the_server_alone_is_bitwise(elsewhere: Elsewhere) -> None:
    """Uncommitted and untracked files come from the server; the result has the same bits."""
    done = elsewhere.place.bis("replay", elsewhere.run_id, "-n", "1", "--yes", "--json")
    assert done.code == 0, done.err + done.out
    verdict = json.loads(done.out)
    assert verdict["level"] == "bitwise"
    assert [o["failure"] for o in verdict["outcomes"]] == [None]


def test_record_tells_what_was_not_committed(elsewhere: Elsewhere) -> None:
    """The record on the server has the commit, the diff and the names of the untracked files."""
    done = elsewhere.place.bis("show", elsewhere.run_id, "--json")
    assert done.code == 0, done.err
    code = json.loads(done.out)["record"]["code"]
    assert (code["commit"], code["dirty"]) == (elsewhere.commit, True)
    assert "+SCALE = 2.5" in code["diff"]
    assert set(code["untracked"]) >= {"package/extra.py", "numbers.csv"}
