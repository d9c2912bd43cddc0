"""Storing what a child logged that outlived its program: nobody waits for it, so it asks for that itself at its end."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from bis.instrument.session_view import SessionView

EXIT = "exit.json"
LOG = "storing.log"
LATE = "late"
# Not `-m`: that would put the working directory first, where a user's json.py would hide the standard library's.
STORE = "import sys; sys.path[:] = [p for p in sys.path if p]; from bis.record.storing import main; sys.exit(main())"
_OURS = ("BIS_SPOOL", "BIS_CHILD_KEY", "PYTHONHASHSEED")


def program_has_ended(session: SessionView) -> bool:
    """Whether the program of the session has ended, so that its launcher has stored it, or is about to."""
    return os.path.exists(os.path.join(session.spool, EXIT))  # noqa: PTH110, PTH118 (pathlib is not loaded)


def ask_for_storing(session: SessionView) -> None:
    """Start the process that stores the session once this process has ended."""
    import subprocess  # in a child that outlived its program only

    env = {name: value for name, value in os.environ.items() if name not in _OURS}
    with open(os.path.join(session.spool, LOG), "ab") as log:  # noqa: PTH118, PTH123
        subprocess.Popen(
            [session.python or sys.executable, "-c", STORE, session.spool, LATE],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**env, "BIS_RECORD": "0"},
            cwd=session.cwd if os.path.isdir(session.cwd) else session.spool,  # noqa: PTH112
            start_new_session=True,
        )
