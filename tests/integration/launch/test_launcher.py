"""Starting programs under observation."""

from __future__ import annotations

import sys
from pathlib import Path

from bis.evidence.spool import read_exit
from bis.launch.launcher import (
    child_environment,
    launch,
)
from bis.launch.runners import Launch
from tests.unit.sessions import clean_environ, session_of


def test_a_launched_program_leaves_output_and_end(project: Path) -> None:
    """What it printed and how it ended are in the spool; quiet programs' errors are kept too."""
    session = session_of(project, "import sys\nprint('out')\nsys.stderr.write('err')\nraise SystemExit(3)")
    env = child_environment(session, clean_environ())
    ended = launch(Launch(session=session, python=sys.executable, cwd=project, env=env, echo=False))
    folder = Path(session.spool)
    assert ended.exit_code == 3
    assert read_exit(folder) == ended
    assert (folder / "stdout.txt").read_text() == "out\n"
    assert (folder / "stderr.txt").read_text() == "err"
