"""Functions of `os` that write and raise no audit event, or one that does not say where: they are asked before.

Standard library only: this works in the replayed program's interpreter.
"""

from __future__ import annotations

import os

from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from typing import Any

    from bis.instrument.confinement import Confinement

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def watch_unaudited_writes(confinement: Confinement) -> None:
    """Have `os.open` relative to a folder, `os.mkfifo` and `os.mknod` checked as all other writes are."""
    for name in ("mkfifo", "mknod"):
        original = getattr(os, name, None)
        if original is not None and not is_ours(original):
            setattr(os, name, _checked(confinement, name, original))
    if not is_ours(os.open):
        os.open = _open(confinement, os.open)


def _checked(confinement: Confinement, name: str, original: Any) -> Any:
    def wrapper(path: Any, *args: Any, **kwargs: Any) -> Any:
        confinement.check_made(f"os.{name}", path, kwargs.get("dir_fd"))
        return original(path, *args, **kwargs)

    return disguise(wrapper, original)


def _open(confinement: Confinement, original: Any) -> Any:
    def wrapper(path: Any, flags: Any, *args: Any, **kwargs: Any) -> Any:
        folder = kwargs.get("dir_fd")
        if folder is not None and isinstance(flags, int) and flags & _WRITING:
            confinement.check_made("os.open", path, folder)
        return original(path, flags, *args, **kwargs)

    return disguise(wrapper, original)
