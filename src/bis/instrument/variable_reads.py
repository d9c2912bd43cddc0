"""The environment variables that a program asks for: their names and the places that ask, never their values.

Every way through `os.environ` and `os.environb` (``[]``, `get`, ``in``, `os.getenv`, iteration) ends in one method,
which has the name encoded by a function that the instance holds. That function is replaced. So the type, its methods
and the tracebacks of missing names stay what they are.
"""

from __future__ import annotations

import _collections_abc
import os
import sys

from bis.instrument.entropy.callers import OWN, USER, kind_of, package_of
from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from bis.instrument.fence import Fence
    from bis.instrument.own_work import OwnWork

_MOST = 5000  # places at which names are read
_PRIVATE = "BIS_"
# What stands between `os.environ` and the code that asks; from Python 3.11 on both modules are frozen.
_BETWEEN = frozenset({os.__file__, _collections_abc.__file__, "<frozen os>", "<frozen _collections_abc>"})


class VariableReads:
    """Watches `os.environ` of this process.

    Parameters
    ----------
    fence : Fence
        Keeps what fails here from the code that asks.
    note : callable
        Receives ``note(name, how, there, file, line)`` for each name and place of the program's own code, as it is
        read; `how` is "read", or "set" where the process gave the variable its value itself.
    own_work : OwnWork
        What is asked for and set while it goes on is not the program's: bis has libraries loaded at the end.
    """

    def __init__(self, fence: Fence, note: Callable[[str, str, bool, str, int], None], own_work: OwnWork) -> None:
        self._fence = fence
        self._own_work = own_work
        self._note = note
        self._seen: set[tuple[str, str, int]] = set()
        self._set: set[str] = set()
        self.of_libraries: dict[str, tuple[bool, str]] = {}

    def attach(self) -> None:
        """Begin to watch."""
        read, written = os._Environ.__getitem__.__code__, os._Environ.__setitem__.__code__  # noqa: SLF001 (they name the ways)
        for environ in (os.environ, getattr(os, "environb", None)):
            if environ is not None and not is_ours(environ.encodekey):
                environ.encodekey = disguise(self._watching(environ.encodekey, read, written), environ.encodekey)

    @property
    def names_set(self) -> list[str]:
        """The names of the variables that the process gave a value itself."""
        return sorted(self._set)

    def _watching(self, original: Callable[[Any], Any], read: object, written: object) -> Any:
        def encode(key: Any) -> Any:
            frame = sys._getframe(1)  # noqa: SLF001 (the documented way to the caller)
            code = frame.f_code
            if (code is read or code is written) and not self._own_work.going_on:
                self._fence.run("variables", self._asked, key, frame.f_back, is_set=code is written)
            return original(key)

        return encode

    def _asked(self, key: Any, frame: FrameType | None, *, is_set: bool) -> None:
        while frame is not None and frame.f_code.co_filename in _BETWEEN:
            frame = frame.f_back
        if frame is None or not isinstance(key, (str, bytes)):
            return
        name, file = os.fsdecode(key), frame.f_code.co_filename
        if name in self._set or name.startswith(_PRIVATE):
            return
        kind = kind_of(file)
        if is_set:
            if kind != OWN and package_of(frame) != "bis":
                self._set.add(name)
                self._note(name, "set", _is_there(name), "", 0)
        elif kind != USER:
            if name not in self.of_libraries and package_of(frame) != "bis":
                self.of_libraries[name] = (_is_there(name), package_of(frame))
        else:
            place = (name, file, frame.f_lineno)
            if place not in self._seen and len(self._seen) < _MOST:
                self._seen.add(place)
                self._note(name, "read", _is_there(name), file, frame.f_lineno)


def _is_there(name: str) -> bool:
    return os.fsencode(name) in os.environ._data  # type: ignore[attr-defined]  # noqa: SLF001 (asking the mapping would be a read)
