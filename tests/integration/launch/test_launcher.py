"""Starting programs under observation."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bis.evidence import spool as spool_files
from bis.evidence.spool import read_exit
from bis.launch.launcher import child_environment, launch, write_session
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


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_session_is_for_its_user_alone(project: Path, umask: int) -> None:
    """Whatever the umask says: what is written in its folder later has that, and is out of reach of others."""
    before = os.umask(umask)
    try:
        session = session_of(project)
        folder = Path(session.spool)
        folder.rename(folder.with_name("moved"))
        write_session(session)
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / spool_files.SESSION).stat().st_mode & 0o077 == 0
