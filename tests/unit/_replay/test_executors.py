"""What runs replays where no executor is handed in."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bis._replay.executors import CallingThread, executor_for


def interrupt() -> None:
    """As Ctrl-C does."""
    raise KeyboardInterrupt


def test_the_calling_thread_runs_at_once() -> None:
    """The future is done when `submit` returns."""
    future = CallingThread().submit(threading.get_ident)
    assert future.done()
    assert future.result() == threading.get_ident()


def test_the_calling_thread_raises_what_is_raised() -> None:
    """Ctrl-C reaches the caller as it would without an executor."""
    with pytest.raises(KeyboardInterrupt):
        CallingThread().submit(interrupt)


def test_one_at_a_time_needs_no_process() -> None:
    """Replays run in the calling thread."""
    with executor_for(1) as executor:
        assert executor.submit(os.getpid).result() == os.getpid()


def test_a_given_executor_is_left_as_it_is() -> None:
    """It is the caller's, who may have more work for it."""
    with ThreadPoolExecutor(1) as given:
        with executor_for(4, given) as executor:
            assert executor is given
        assert given.submit(os.getpid).result() == os.getpid()
