"""How a cell can end a notebook: by an exception, by asking for the end, or with the kernel's process."""

from __future__ import annotations

import ast
import re
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bis.model.facets import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.launch.kernel import Kernel
    from bis.notebooks.document import NotebookNode

# What `SystemExit` was raised with; asked of the kernel, since "3" and 3 look alike in its messages.
EXIT_CODE = "getattr(getattr(__import__('sys'), 'last_value', None), 'code', None)"
_SYSTEM_EXIT = "SystemExit"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def exception_failure(error: Any, cell: NotebookNode, position: int | None) -> Failure:
    """The failure of a cell that raised an exception, which is nbclient's ``CellExecutionError``."""
    message = f"{_where(position)} raised {error.ename}: {plain(error.evalue)}".rstrip(": ")
    traceback = next(("\n".join(o.get("traceback", [])) for o in cell.outputs if o.output_type == "error"), "")
    return Failure("exception", message, cell=position, traceback=plain(traceback), exception=str(error.ename))


def is_exit(error: Any) -> bool:
    """Whether a ``CellExecutionError`` is a `SystemExit`, by which a program ends itself."""
    return bool(error.ename == _SYSTEM_EXIT)


def exit_failure(error: Any, code: str | None, position: int | None) -> Failure | None:
    """The failure of a cell that raised `SystemExit`; None where it ended the notebook well.

    Parameters
    ----------
    error : CellExecutionError
        Of nbclient.
    code : str, optional
        The representation of what it was raised with; without it the exception's own text says as much as it can.
    position : int, optional
        Of the cell; None for the one of injected parameters.
    """
    status, said = _status(plain(error.evalue) if code is None else code)
    if status == 0:
        return None
    message = f"{_where(position)} ended the notebook with exit status {status}{': ' if said else ''}{said}"
    return Failure("exception", message, exit_code=status, cell=position, exception=_SYSTEM_EXIT)


def leaves(reply: Mapping[str, Any]) -> bool:
    """Whether a cell called IPython's ``exit()`` or ``quit()``: its kernel ends right after this reply."""
    payload = (reply.get("content") or {}).get("payload") or ()
    return any(p.get("source") == "ask_exit" and not p.get("keepkernel") for p in payload)


def death(kernel: Kernel, position: int | None) -> Failure:
    """The failure of a cell during which the kernel's process ended."""
    code, number = exit_of(kernel.exit_status)
    how = f"ended with exit code {code}"
    if number is not None:
        how = (
            f"was ended by {signal.Signals(number).name}"
            if number in set(signal.Signals)
            else f"was ended by signal {number}"
        )
    message = f"the kernel {how} in {_where(position)}"
    return Failure("killed", message, exit_code=code, signal=number, cell=position, traceback=kernel.log_tail())


def exit_of(status: int | None) -> tuple[int | None, int | None]:
    """Exit code and signal of a process status."""
    if status is None or status >= 0:
        return status, None
    return None, -status


def exit_code_of(failure: Failure | None) -> int | None:
    """The exit code of a notebook as a program: of a script that had ended so. None where a signal ended it."""
    if failure is None:
        return 0
    if failure.signal is not None:
        return None
    if failure.exit_code:
        return failure.exit_code
    return 128 + signal.SIGINT if failure.exception == "KeyboardInterrupt" else 1


def plain(text: str) -> str:
    """Text without the escape codes that colour it."""
    return _ANSI.sub("", text)


def _where(position: int | None) -> str:
    return "the cell of injected parameters" if position is None else f"cell {position}"


def _status(code: str) -> tuple[int, str]:
    """The exit status that Python makes of a `SystemExit`, and what it prints."""
    value: object = code
    with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
        value = ast.literal_eval(code) if code else None
    if value is None:
        return 0, ""
    if isinstance(value, int):
        return value & 0xFF, ""  # all that a process status has room for
    return 1, str(value)
