"""A program with more than a hundred kinds of secrets is recorded; none is in the store or in the home of bis."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis.record.probes.snapshot import SECRET_REASON
from tests.functional import secret_kinds as kinds
from tests.functional.scene import BIS, Project, tree
from tests.functional.test_secrets import forms, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recorded(new_project: Callable[..., Project]) -> tuple[Project, str]:
    """The program's project after one run, and what the program showed."""
    project = new_project("kinds", **{name: planted.text for name, planted in kinds.VARIABLES.items()})
    kinds.write_project(project.folder)
    for command in (
        ("init", "--quiet"),
        ("remote", "add", "origin", f"https://me:{kinds.REMOTE}@git.invalid/group/project.git"),
        ("add", "--force", "."),
        ("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "first"),
    ):
        subprocess.run(["git", "-C", str(project.folder), *command], check=True, capture_output=True)
    with (project.folder / "config.yaml").open("a", encoding="utf-8") as file:
        file.write(f"token: {kinds.CHANGED}\n")
    arguments = [word for planted in kinds.ARGUMENTS.values() for word in planted.text.split("|")]
    done = subprocess.run(
        [*BIS, "run", "leaky.py", *arguments],
        cwd=project.folder,
        env=project.environ(),
        input=kinds.INPUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "recorded as" in done.stderr, done.stderr
    return project, done.stdout + done.stderr


def test_no_kind_of_secret_is_kept(recorded: tuple[Project, str]) -> None:
    """None is in a table, a tag, an artifact (unpacked) or a file of BIS_HOME, as it is, in JSON or in a URL."""
    project, shown = recorded
    secrets = kinds.all_secrets()
    assert len(secrets) >= 68
    assert [n for n, s in secrets.items() if n.startswith(("variable", "argument", "token")) and s not in shown] == []
    database = Path(project.uri.removeprefix("sqlite:///"))
    texts = {"database": database.read_bytes()}
    for folder in (database.parent / "artifacts", project.home):
        for name, content in tree(folder).items():
            texts |= unpacked(f"{folder.name}/{name}", content)
    assert any(name.endswith("record.json") for name in texts)
    found = {
        name: places
        for name, secret in secrets.items()
        if (places := [n for n, text in texts.items() if any(form in text for form in forms(secret))])
        and not (name in kinds.OF_MLFLOW and places == ["database"])
    }
    assert found == {}


def test_files_with_secrets_are_named_and_other_things_kept(recorded: tuple[Project, str]) -> None:
    """The record names each file that the snapshot does not have, and what is no secret is there."""
    project, _ = recorded
    record = project.store.read(project.store.find("last")).record
    assert record.code.snapshot is not None
    left_out = {e.path for e in record.code.snapshot.excluded if e.reason == SECRET_REASON}
    assert set(kinds.FILES) <= left_out
    assert [f.path for f in record.code.snapshot.files] == ["leaky.py"]
    assert record.code.remote == "https://git.invalid/group/project.git"
    assert {f.path for f in record.data.files} >= set(kinds.FILES)
    assert record.outputs.failure is not None
    assert record.parameters.values == {"api_key": "[redacted]"}
    assert json.loads((project.home / "runs.jsonl").read_bytes().splitlines()[-1])["uri"] == project.uri
