"""Places in which warm replays run, one after the other: a folder that is made anew for each, and its parents.

A parent has the folder of the program in its command line, so that all its forks work in the same one. A process that
runs several replays at a time has as many places.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bis.launch.process import run_program
from bis.launch.sandbox.leftovers import end_leftovers
from bis.launch.warm_parents import ForkedProgram, NoWarmParentError, ParentLostError, WarmParent
from bis.model.jsonable import to_json
from bis.model.start import ColdReason

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from bis.launch.process import Program
    from bis.model.session import Exit, Session
    from bis.model.start import Preload

_MOST_PARENTS = 2  # of a place: each has all its imports in memory
_END_S = 10.0
_UNCONFINED = 86  # the exit code of what did not begin, since its confinement was not in force
_PASSING = frozenset({"session", "started_unix_s", "roles"})  # what may differ among the forks of one parent

_slots: list[WarmSlot] = []
_taken = threading.Lock()


class WarmSlot:
    """A place for one warm replay at a time.

    Parameters
    ----------
    folder : Path
        Where they work.
    around : Path, optional
        The folder that this is in, which is of the place alone, and stays where `folder` is made anew: a sandbox holds
        on to it. By default `folder`. It is removed with the place.
    """

    def __init__(self, folder: Path, around: Path | None = None) -> None:
        self.folder = folder
        self.around = around or folder
        self.owner = os.getpid()
        self.mark = secrets.token_hex(16)  # of all kernels in it, see `bis.launch.kernel`
        self.free = True
        self._parents: dict[Hashable, WarmParent] = {}
        self._refused: dict[Hashable, ColdReason] = {}

    def run(self, program: Program, session: Session, preload: Preload) -> Exit:
        """Run a program in a fork.

        Raises
        ------
        NoWarmParentError
            There is no parent that it could be forked from; nothing has happened.
        ParentLostError
            The parent was lost on the way, or the fork did not begin.
        KeyboardInterrupt
            Ctrl-C, after the program was ended.
        """
        fork = WarmStart(self, session, preload)
        fork.prepare(program)
        ended = run_program(program, fork)
        fork.check()
        return ended

    def close(self) -> None:
        """End its parents, and remove its folder."""
        for parent in self._parents.values():
            parent.close()
        self._parents = {}
        end_leftovers(self.around)
        shutil.rmtree(self.around, ignore_errors=True)

    def parent(self, key: Hashable, program: Program, preload: Preload) -> WarmParent:
        """The parent for a program, started where there is none.

        Raises
        ------
        NoWarmParentError
            There can be none.
        """
        if key in self._refused:
            raise NoWarmParentError(self._refused[key])
        parent = self._parents.pop(key, None)
        if parent is not None and not parent.living():
            self._refused[key] = ColdReason.LOST
            parent.close()
            raise NoWarmParentError(ColdReason.LOST)
        if parent is None:
            while len(self._parents) >= _MOST_PARENTS:
                self._parents.pop(next(iter(self._parents))).close()
            try:
                parent = WarmParent(program, preload)
            except NoWarmParentError as error:
                self._refused[key] = error.reason
                raise
        self._parents[key] = parent  # the one that was used last comes last
        return parent

    def refuse(self, key: Hashable, reason: ColdReason) -> None:
        """Have no parent for this program any more."""
        self._refused[key] = reason
        parent = self._parents.pop(key, None)
        if parent is not None:
            parent.close()


class WarmStart:
    """Starts one program of a session in a fork of a parent: what `run_program` and kernels take to start it."""

    def __init__(self, slot: WarmSlot, session: Session, preload: Preload) -> None:
        self._slot = slot
        self._session = session
        self._preload = preload
        self._key: Hashable = None
        self._parent: WarmParent | None = None
        self._forked: ForkedProgram | None = None

    def prepare(self, program: Program) -> WarmParent:
        """Find or start the parent.

        Raises
        ------
        NoWarmParentError
            There is none that it could be forked from; nothing has happened.
        """
        self._key = _key(program, self._session, self._preload)
        self._parent = self._slot.parent(self._key, program, self._preload)
        return self._parent

    def __call__(self, program: Program, stdout: int, stderr: int | None) -> ForkedProgram:
        """Fork; the parent is started where `prepare` was not called."""
        parent = self._parent or self.prepare(program)
        try:
            self._forked = parent.fork(program, stdout, stderr)
        except ParentLostError:
            self._slot.refuse(self._key, ColdReason.LOST)
            raise
        return self._forked

    def check(self) -> None:
        """Look at how the fork ended; call it once, after its end.

        Raises
        ------
        ParentLostError
            The parent was lost on the way, or the fork did not begin: what it has done is of no use.
        """
        if self._forked is None:
            return
        try:
            code = self._forked.wait(_END_S)  # its parent tells of its end, and only then of the next fork
        except subprocess.TimeoutExpired:
            self._slot.refuse(self._key, ColdReason.LOST)
            raise ParentLostError("a fork of the warm parent does not end") from None
        if self._forked.lost:
            self._slot.refuse(self._key, ColdReason.LOST)
            raise ParentLostError("the warm parent ended before its replay")
        if code == _UNCONFINED and not any(Path(self._session.spool).glob("events-*")):
            self._slot.refuse(self._key, ColdReason.FAILED)
            raise ParentLostError("a fork of the warm parent did not begin")


def _key(program: Program, session: Session, preload: Preload) -> Hashable:
    fixed = {name: value for name, value in to_json(session).items() if name not in _PASSING}
    return (
        program.command,
        str(program.cwd),
        tuple(sorted(program.env.items())),
        str(program.stdin),
        repr(sorted(fixed.items())),
        preload,
    )


def can_fork() -> bool:
    """Whether this system has forks that are safe after imports, and tells of its threads."""
    return sys.platform == "linux" and Path("/proc/self/task").is_dir()


@contextmanager
def warm_slot(scratch: Path) -> Iterator[WarmSlot]:
    """A place below `scratch` that is free, or a new one."""
    with _taken:
        _slots[:] = [s for s in _slots if s.owner == os.getpid()]  # others are those of a process that has forked
        found = next((s for s in _slots if s.free and s.around.parent == scratch), None)
        if found is None:
            number = len(_slots)
            around = scratch / f"warm-{os.getpid()}-{number}"
            found = WarmSlot(around / "replay", around)
            _slots.append(found)
        found.free = False
    try:
        yield found
    finally:
        found.free = True


def close_slots(scratch: Path | None = None) -> None:
    """End the places of this process below `scratch`, or all."""
    with _taken:
        ended = [s for s in _slots if scratch is None or s.around.parent == scratch]
        for slot in ended:
            _slots.remove(slot)
    for slot in ended:
        if slot.owner == os.getpid():
            with suppress(OSError):
                slot.close()
