"""Pools of processes and threads: results in the order in which workers finish, and races for numbers.

`Pool.map` and `Executor.map` give results in the order of the tasks: nothing is reported of them unless their tasks
draw from a generator that they share. Libraries that use pools for their own ends are left alone.
"""

from __future__ import annotations

import os
import sys

from bis.instrument.entropy.callers import USER, kind_of
from bis.instrument.entropy.task_races import TaskRaces, where_main_waits
from bis.instrument.entropy.wrapping import disguise, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.service import EntropyService

FINISHING_ORDER = "its results come in the order in which the workers finish"
_UNORDERED_WAITS = frozenset({"FIRST_COMPLETED", "FIRST_EXCEPTION"})
_races: dict[int, TaskRaces] = {}  # by process


def races(recorder: EntropyService) -> TaskRaces:
    """What watches the tasks of this process; another one in a child."""
    return _races.setdefault(os.getpid(), TaskRaces(recorder))


def attach_pool(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``multiprocessing.pool``."""
    pool: Any = module.Pool

    def has_callback(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        del args
        return kwargs.get("callback") is not None

    _observe_order(pool, "imap_unordered", "multiprocessing.Pool.imap_unordered", recorder)
    for name in ("apply_async", "map_async", "starmap_async"):
        _observe_order(pool, name, f"a callback of multiprocessing.Pool.{name}", recorder, has_callback)
    worker = module.worker
    if is_ours(worker):
        return

    def watched_worker(inqueue: Any, *args: Any, **kwargs: Any) -> Any:
        return worker(_watched(inqueue, recorder), *args, **kwargs)

    setattr(module, "worker", disguise(watched_worker, worker))  # noqa: B010 - a module has no such attribute for type checkers


def attach_futures(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``concurrent.futures._base``, before the package offers its functions."""

    def waits_for_first(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        return (args[2] if len(args) > 2 else kwargs.get("return_when")) in _UNORDERED_WAITS

    _observe_order(module, "as_completed", "concurrent.futures.as_completed", recorder)
    _observe_order(module, "wait", "concurrent.futures.wait for the first result", recorder, waits_for_first)
    future: Any = module.Future
    _observe_order(future, "add_done_callback", "a callback of concurrent.futures", recorder)


def attach_process_workers(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``concurrent.futures.process``."""
    work = module._process_worker  # noqa: SLF001 - what each worker runs
    if is_ours(work):
        return

    def watched_work(call_queue: Any, *args: Any, **kwargs: Any) -> Any:
        return work(_watched(call_queue, recorder), *args, **kwargs)

    setattr(module, "_process_worker", disguise(watched_work, work))  # noqa: B010 - as above


def attach_thread_workers(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``concurrent.futures.thread``."""
    item: Any = module._WorkItem  # noqa: SLF001 - a task of a thread
    original = item.run
    if is_ours(original):
        return

    def run(self: Any, *args: Any) -> Any:
        task = recorder.reports.attempt("threads", lambda: _begun_in_thread(recorder, vars(self)))
        try:
            return original(self, *args)
        finally:
            if task is not None:
                recorder.reports.attempt("threads", lambda: races(recorder).end_in_thread(task))

    item.run = disguise(run, original)


def attach_threads(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to ``threading``: a thread that runs a function of the program is a task."""
    thread: Any = module.Thread
    original = thread._bootstrap_inner  # noqa: SLF001 - within it exceptions are caught: a wrapper is in no traceback
    if is_ours(original):
        return

    def bootstrap_inner(self: Any) -> None:
        target = getattr(self, "_target", None)
        what = (target, getattr(self, "_args", ()), getattr(self, "_kwargs", {})) if target else type(self).run
        task = recorder.reports.attempt("threads", lambda: _begun_in_thread(recorder, what))
        try:
            original(self)
        finally:
            if task is not None:
                recorder.reports.attempt("threads", lambda: races(recorder).end_in_thread(task))

    thread._bootstrap_inner = disguise(bootstrap_inner, original)  # noqa: SLF001 - as above


def _begun_in_thread(recorder: EntropyService, what: object) -> Any:
    waits = where_main_waits()
    return None if waits is None else races(recorder).begin(what, main=waits)


def _observe_order(owner: Any, name: str, what: str, recorder: EntropyService, matters: Any = None) -> None:
    """Report a call by the program's own code of something that gives results in no fixed order."""
    original = getattr(owner, name)
    if is_ours(original):
        return

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if kind_of(sys._getframe(1).f_code.co_filename) == USER and (matters is None or matters(args, kwargs)):  # noqa: SLF001 - the documented way to the caller
            recorder.reports.uncontrolled(what, FINISHING_ORDER)
        return original(*args, **kwargs)

    setattr(owner, name, disguise(wrapper, original))


def _watched(queue: Any, recorder: EntropyService) -> Any:
    """A queue of tasks as it was, which tells when a task begins and ends."""
    return _WatchedQueue(queue, recorder)


class _WatchedQueue:
    """Stands for the queue of a worker: the time between two calls of `get` is a task."""

    def __init__(self, queue: Any, recorder: EntropyService) -> None:
        self._queue = queue
        self._recorder = recorder
        self._task: Any = None
        self._in_process = getattr(sys.modules.get("multiprocessing.process"), "parent_process", lambda: None)()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """The next task."""
        self._recorder.reports.attempt("process pool", self._end)
        got = self._queue.get(*args, **kwargs)
        self._recorder.reports.attempt("process pool", lambda: self._begin(got))
        return got

    def _begin(self, got: Any) -> None:
        what = got[2:] if isinstance(got, tuple) else getattr(got, "__dict__", None)
        if what is None:
            return
        if self._in_process is not None:
            self._task = races(self._recorder).begin(what)
        else:
            self._task = _begun_in_thread(self._recorder, what)

    def _end(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            watch = races(self._recorder)
            watch.end_in_process(task) if self._in_process is not None else watch.end_in_thread(task)


_ATTACHED = {
    "concurrent.futures._base": attach_futures,
    "concurrent.futures.process": attach_process_workers,
    "concurrent.futures.thread": attach_thread_workers,
    "multiprocessing.pool": attach_pool,
    "threading": attach_threads,
}


def attach(module: ModuleType, recorder: EntropyService) -> None:
    """Attach to a module of pools, or of threads."""
    _ATTACHED[module.__name__](module, recorder)
