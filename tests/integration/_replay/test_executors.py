"""What runs replays where no executor is handed in."""

from __future__ import annotations

import multiprocessing
import os

from bis._replay.executors import executor_for


def test_processes_end_with_the_call() -> None:
    """Several at a time run in processes of their own, and none is left."""
    before = set(multiprocessing.active_children())
    with executor_for(2) as executor:
        assert executor.submit(os.getpid).result() != os.getpid()
    assert set(multiprocessing.active_children()) == before
