"""Environment variables that a program reads are recorded, and given again to its replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.scene import Project

SETTINGS = "import os\n\n\ndef setting(name, default=None):\n    return os.environ.get(name, default)\n"
PROGRAM = """\
import argparse, os, subprocess, sys
import click
from settings import setting
child = "import os; print('child', os.environ['ROUNDS'], os.environ['GIVEN'])"
print(os.environ["LR"], setting("EPOCHS"), "FLAG" in os.environ, os.environb[b"DATA_DIR"])
print([k + v for k, v in os.environ.items() if k.startswith("APP_")], flush=True)
subprocess.run([sys.executable, "-c", child], env={**os.environ, "GIVEN": "1"}, check=True)

@click.command()
@click.option("--depth", envvar="TREE_DEPTH")
def main(depth):
    print("depth", depth)

main()
"""


def test_variables_are_given_again(new_project: Callable[..., Project]) -> None:
    """A replay in another environment gets what the program read: itself, a helper, a child, a library it asked."""
    project = new_project("given")
    project.add("settings.py", SETTINGS)
    project.add("program.py", PROGRAM)
    given = {
        "LR": "0.5",
        "EPOCHS": "7",
        "DATA_DIR": "/x",
        "TREE_DEPTH": "4",
        "ROUNDS": "3",
        "APP_MODE": "m",
        "NOISE": "1",
    }
    run_id = project.record("--env", "DATA_DIR", "program.py", **given)
    parameters = project.store.read(run_id).record.parameters
    found = {v.name: v.value for v in parameters.variables or ()}
    assert found == {
        "APP_MODE": None, "DATA_DIR": "/x", "EPOCHS": "7", "FLAG": None, "LR": "0.5", "ROUNDS": "3", "TREE_DEPTH": "4",
    }  # fmt: skip
    assert [r for r in parameters.reasons if "APP_MODE" in r and "DATA_DIR" not in r]
    replay = project.bis("replay", run_id, "-n", "1", FLAG="1", LR="9", APP_MODE="m")
    assert replay.out.startswith("bitwise"), replay.out
    assert "variable APP_MODE" in replay.out


def test_secrets_are_refused(project: Project) -> None:
    """Nobody can ask for the value of a secret to be recorded."""
    project.add("program.py", "print(1)")
    refused = project.bis("run", "--env", "API_TOKEN", "program.py")
    assert refused.code == 2
    refused.explains("API_TOKEN", "secret")
