"""What runs replays where no executor is given: the calling thread, or processes that end with the call."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from bis._replay.execution import is_running, quiet_when_idle
from bis.launch.warm_slots import close_slots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_POLL_S = 0.1
P = ParamSpec("P")
T = TypeVar("T")


class CallingThread(Executor):
    """An executor that runs each job at once, in the thread that submits it.

    What a job raises is raised by `submit`: Ctrl-C reaches the job as it would without an executor.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it, and give the result as a future that is done."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def executor_for(at_once: int, given: Executor | None = None) -> Iterator[Executor]:
    """The executor for so many replays at a time: the one that was given, which is left as it is, or one of our own."""
    if given is not None:
        yield given
    elif at_once == 1:
        yield CallingThread()
    else:
        with replay_processes(at_once) as pool:
            yield pool


def _begin_worker() -> None:
    quiet_when_idle()
    threading.Thread(target=_end_with_parent, name="bis-parent", daemon=True).start()


def _end_with_parent() -> None:
    """End this process where the one that it works for was killed: it would wait for work for ever.

    As with Ctrl-C, a replay that runs is cleaned up first.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    if is_running():
        os.kill(os.getpid(), signal.SIGINT)
    while is_running():
        time.sleep(_POLL_S)
    with suppress(Exception):
        close_slots()
    os._exit(130)


@contextmanager
def replay_processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes, which end their programs before they end themselves, on Ctrl-C too."""
    context: Any = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())  # those of the caller
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin_worker)
    try:
        yield pool
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            if child.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGINT)
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown(wait=True)
