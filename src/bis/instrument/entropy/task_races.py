"""Races for numbers: tasks of a pool that draw from one generator, in an order that nobody controls.

Which worker gets which task, and which thread draws first, is decided by the scheduler. Where each task seeds what it
draws from, or no two of them draw from the same generator, nothing is wrong, and nothing is reported.
"""

from __future__ import annotations

import sys
from _thread import get_ident

from bis.instrument.entropy.callers import USER, kind_of
from bis.instrument.entropy.service import TASKS_RACE
from bis.instrument.entropy.task_generators import generators_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService
    from bis.instrument.entropy.task_generators import Read

THREADS_RACE = "several threads draw from one generator: in which order is a race"
_WATCHED = 200  # tasks of a worker; a race shows early, and looking at states takes time
_REMEMBERED = 64
_WAITING = frozenset(
    {"concurrent.futures._base", "concurrent.futures.thread", "multiprocessing.pool", "queue", "threading"}
)
# What a program calls while its threads work that draws nothing.
_DRAW_NOTHING = frozenset(
    {"Pool", "Process", "Thread", "ThreadPool", "ThreadPoolExecutor", "append", "enumerate", "get", "in", "join"}
    | {
        "len",
        "list",
        "map",
        "partial",
        "print",
        "put",
        "range",
        "result",
        "set",
        "shutdown",
        "sleep",
        "sorted",
        "start",
    }
    | {"starmap", "submit", "sum", "tuple", "wait", "zip"}
)


class WatchedTask:
    """A task under way: the states of what it may draw from, when it began, and where the main thread waited."""

    __slots__ = ("began", "generators", "main", "seeds", "states")

    def __init__(self, generators: Mapping[object, Read], seeds: int, began: int, main: MainThread | None) -> None:
        self.generators = generators
        self.states = {key: read() for key, read in generators.items()}
        self.seeds = seeds
        self.began = began
        self.main = main


class TaskRaces:
    """Watches the tasks of one process.

    Parameters
    ----------
    service : EntropyService
        Knows the shared generators, and is told of races.
    """

    def __init__(self, service: EntropyService) -> None:
        self._service = service
        self._tasks = 0
        self._clock = 0
        self._told = False
        self._drew: dict[object, list[tuple[int, int, int]]] = {}

    def begin(self, task: object, *, main: MainThread | None = None) -> WatchedTask | None:
        """Look at what a task may draw from; None where it is not watched."""
        if self._told or self._tasks >= _WATCHED:
            return None
        self._clock += 1
        generators = generators_of(task, self._service.shared.readers)
        if not generators:
            return None
        self._tasks += 1
        return WatchedTask(generators, self._service.reports.seedings, self._clock, main)

    def end_in_process(self, task: WatchedTask) -> None:
        """A task of a worker process ended: the worker drew on from its earlier tasks, if the task did not seed."""
        if self._changed(task):
            self._tell("process pool", TASKS_RACE)

    def end_in_thread(self, task: WatchedTask) -> None:
        """A task in a thread ended: did another thread draw from the same generator meanwhile?"""
        self._clock += 1
        if task.main is None or task.main.drew_before(where_main_waits()):
            return
        for key in self._changed(task):
            others = self._drew.setdefault(key, [])
            if any(who != get_ident() and task.began < ended for who, _, ended in others):
                self._tell("threads", THREADS_RACE)
            others.append((get_ident(), task.began, self._clock))
            del others[:-_REMEMBERED]

    def _changed(self, task: WatchedTask) -> list[object]:
        if self._service.reports.seedings != task.seeds:
            return []
        return [key for key, read in task.generators.items() if read() != task.states[key]]

    def _tell(self, what: str, why: str) -> None:
        self._told = True
        self._service.reports.uncontrolled(what, why)


class MainThread:
    """What the main thread is at: the frame of the program's code in which it waits for others, and the line."""

    __slots__ = ("file", "frame", "line")

    def __init__(self, frame: FrameType) -> None:
        self.frame = id(frame)
        self.file = frame.f_code.co_filename
        self.line = frame.f_lineno

    def drew_before(self, later: MainThread | None) -> bool:
        """Whether it may have drawn until it came to a `later` place."""
        if later is None or later.frame != self.frame or later.line < self.line:
            return True
        from linecache import getline  # where a thread ends that may have drawn

        called = {
            name for n in range(self.line, later.line + 1) for name in _called(getline(self.file, n).partition("#")[0])
        }
        return not called <= _DRAW_NOTHING


def _called(line: str) -> list[str]:
    """The names that are called in a line of code, each without what it belongs to."""
    parts = [part.rstrip() for part in line.split("(")[:-1]]
    names = ["".join(c if c.isalnum() or c == "_" else " " for c in part).rsplit(" ", 1)[-1] for part in parts]
    return [name for name in names if name]


def where_main_waits() -> MainThread | None:
    """Where the main thread waits for others; None where it does something else."""
    threading: Any = sys.modules.get("threading")
    if threading is None:
        return None
    frame: FrameType | None = sys._current_frames().get(threading.main_thread().ident)  # noqa: SLF001 (the only way)
    if frame is None or frame.f_globals.get("__name__") not in _WAITING:
        return None
    while frame is not None and kind_of(frame.f_code.co_filename) != USER:
        frame = frame.f_back
    return None if frame is None else MainThread(frame)
