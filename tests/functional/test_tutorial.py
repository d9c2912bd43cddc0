"""The tutorial: its commands, in its order, on its script."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.functional.scene import Project

pytest.importorskip("sklearn")
PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)
# What each command ends with, and a word that it prints.
ENDINGS = [
    (0, ""),
    (0, "randomness"),
    (0, "bitwise"),
    (None, "accuracy"),  # one plausible original in twenty is called divergent
    (1, "train.py:7"),
    (0, ""),
    (0, "bitwise"),
    (0, ""),
]


pytestmark = pytest.mark.long


@pytest.mark.slow
def test_its_commands(project: Project) -> None:
    """Each ends as the page says: bitwise without a seed, findings, and bitwise with any randomness once repaired."""
    kinds = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    script, *edits = [text for kind, text in kinds if kind == "python"]
    commands = [line[2:] for kind, text in kinds if kind == "console" for line in text.splitlines()]
    assert len(commands) == len(ENDINGS)
    project.add("train.py", script)
    for i, (command, (code, word)) in enumerate(zip(commands, ENDINGS, strict=True)):
        if i == 5:
            for edit in edits:
                start = edit.split("(")[0]
                script = "".join(edit if one.startswith(start) else one for one in script.splitlines(keepends=True))
            project.add("train.py", script)
        program, *arguments = shlex.split(command)
        assert program == "bis"
        done = project.bis(*arguments)
        assert code is None or done.code == code, (command, done.out, done.err)
        assert word in done.out, (command, done.out)
    assert script.count("random_state=0") == 2
