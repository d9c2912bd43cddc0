"""The words that come before a command, so that it runs in a sandbox."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bis.launch.sandbox.bubblewrap import PROGRAM, bwrap_command
from bis.model.sandbox import SandboxKind

if TYPE_CHECKING:
    from bis.launch.sandbox.rules import SandboxRules

SOURCE = str(Path(__file__).resolve().parents[3])
_START = "import sys; sys.path.insert(0, {source!r}); from bis.launch.sandbox.stage import main; main(sys.argv[1:])"


def sandbox_prefix(rules: SandboxRules, file: Path) -> tuple[str, ...]:
    """Write the rules to a file, which is read when the program starts; returns what comes before its command.

    Raises
    ------
    OSError
        It cannot be written.
    """
    file.write_text(rules.text(), encoding="utf-8")
    stage = (sys.executable, "-I", "-S", "-c", _START.format(source=SOURCE), str(file))
    return (
        (*bwrap_command(rules, shutil.which(PROGRAM) or PROGRAM), *stage)
        if rules.kind == SandboxKind.BWRAP.value
        else stage
    )
