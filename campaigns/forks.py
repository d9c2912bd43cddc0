"""What a fork of the campaign does: its work with streams of its own, and nothing after it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def work_and_end(work: Callable[[], int], out: Path, err: Path) -> NoReturn:
    """Do the work, and end this process with what it returns; called in a fork.

    Parameters
    ----------
    work : callable
        Returns the exit code; where it raises, a traceback is printed, and the code is 99.
    out, err : Path
        Where its output goes, behind what is there; its input is empty.
    """
    code = 99
    try:
        for number, place in ((1, out), (2, err)):
            opened = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(opened, number)
            os.close(opened)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        sys.stdin = os.fdopen(0, closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
        code = work()
        sys.stdout.flush()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - what gets here would be a traceback before a user's eyes
        import traceback

        traceback.print_exc()
    os._exit(code & 255)
