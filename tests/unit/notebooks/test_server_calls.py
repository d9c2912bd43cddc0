"""Calls of Python and magics that start servers."""

from __future__ import annotations

import ast

import pytest

from bis.notebooks.server_calls import CallNames, call_objection, magic_objection
from bis.notebooks.shell_commands import Ground


def objection_to_last(text: str) -> Ground | None:
    """The ground of the objection to the last call of a text."""
    tree = ast.parse(text)
    names = CallNames()
    names.learn(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    against = call_objection(max(calls, key=lambda call: (call.lineno, -call.col_offset)), names)
    return against.ground if against is not None else None


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("import uvicorn\nuvicorn.run(app)", Ground.BLOCKING),
        ("import uvicorn as u\nu.run(app)", Ground.BLOCKING),
        ("from flask import Flask\napp = Flask('a')\napp.run()", Ground.BLOCKING),
        ("import os\nos.system('mlflow ui')", Ground.BLOCKING),
        ("import subprocess as s\ns.run(['pip', 'install', 'x'])", Ground.INSTALL),
        ("import mlflow\nmlflow.run('.')", None),
        ("runner.run()", None),
    ],
)
def test_calls(text: str, ground: Ground | None) -> None:
    """Known by what the name was imported as, or by the application that it is called on."""
    assert objection_to_last(text) is ground


def test_magics() -> None:
    """TensorBoard's magic serves from the background, `%pip install` installs, `%time` is nothing."""
    installs = magic_objection("pip install x")
    assert installs is not None
    assert installs.ground is Ground.INSTALL
    assert magic_objection("time f()") is None
