"""What is left of a session once it is stored: that it was, and how it ended.

The spool holds what the program printed, raised and logged as it was, since only then can secrets be taken out of it.
When that was done it has served its purpose.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bis.errors import EvidenceError
from bis.evidence import spool as spool_files
from bis.evidence.redaction import Redactor
from bis.evidence.session_secrets import forget_secrets
from bis.evidence.spool import write_document
from bis.launch.liveness import has_processes, is_alive
from bis.model.record import Mode

if TYPE_CHECKING:
    from pathlib import Path

_RAW = (
    "events-*.jsonl",
    spool_files.STDOUT,
    spool_files.STDERR,
    spool_files.NOTEBOOK,
    spool_files.NOTEBOOK_RESULT,
    spool_files.NOTEBOOK_REDACTED,
    spool_files.STDIN_KEPT,
    spool_files.SOURCE,
    spool_files.CARRIED,
    spool_files.CARRIED_FILES,
    "*.tmp",
)


def remove_raw(folder: Path) -> None:
    """Remove what a stored session was stored from; nothing while a process of it may add to it.

    Raises
    ------
    OSError
        The disk refuses.
    """
    try:
        session = spool_files.read_session(folder)
    except EvidenceError:  # there is nothing of use in it
        shutil.rmtree(folder, ignore_errors=True)
        return
    ended = None
    with suppress(EvidenceError):  # the record says already that it cannot be read
        ended = spool_files.read_exit(folder)
    if not any(next(folder.glob(name), None) for name in _RAW):
        return
    if session.mode is not Mode.RUN and is_alive(folder):  # it goes on, and stores again
        return
    if has_processes(folder):  # children that outlive the program
        return
    argv = Redactor({}).argv(session.argv)
    if argv != session.argv:
        write_document(folder / spool_files.SESSION, replace(session, argv=argv))
    if ended is not None:
        write_document(folder / spool_files.EXIT, replace(ended, stdout_rest=None, stderr_rest=None))
    forget_secrets(folder)
    for name in _RAW:
        for path in folder.glob(name):
            with suppress(FileNotFoundError):
                path.unlink()
    shutil.rmtree(folder / spool_files.KEPT, ignore_errors=True)
