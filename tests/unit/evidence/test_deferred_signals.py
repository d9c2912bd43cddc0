"""Signals that arrive at the wrong moment."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from bis.evidence.deferred_signals import deferred_signals
from bis.evidence.outcomes import keep_outcome

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def usual_interrupts() -> Iterator[None]:
    """Ctrl-C raises, also where the tests were started in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_what_is_begun_is_done() -> None:
    """Ctrl-C has its effect at the end of the context, once, and what handled it before does so again."""
    done = []

    def work() -> None:
        with deferred_signals():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            done.append(1)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_handlers_of_others_are_called(name: str) -> None:
    """With the number of the signal."""
    number = getattr(signal, name)
    came = []
    before = signal.signal(number, lambda n, _frame: came.append(n))
    try:
        with deferred_signals():
            os.kill(os.getpid(), number)
            assert came == []
        assert came == [number]
    finally:
        signal.signal(number, before)


def test_nothing_changes_without_a_signal_or_in_another_thread() -> None:
    """There it may not be changed."""
    with deferred_signals():
        pass
    failed = []

    def work() -> None:
        try:
            with deferred_signals():
                assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        except BaseException as error:  # noqa: BLE001 (asserted below)
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failed == []


class Store:
    """A store that is interrupted while it makes a run, or removes it."""

    def __init__(self, *, again: bool = False) -> None:
        self.runs: list[str] = []
        self.again = again

    def create(self, *_args: object, **_options: object) -> str:
        """Make a run, and be interrupted before it is told which."""
        self.runs.append("r")
        os.kill(os.getpid(), signal.SIGINT)
        return "r"

    def delete(self, run_id: str) -> None:
        """Remove it."""
        if self.again:
            os.kill(os.getpid(), signal.SIGINT)
        self.runs.remove(run_id)


@pytest.mark.parametrize("again", [False, True])
def test_a_child_run_that_was_just_made_is_removed(again: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal while it is made leaves none that stays RUNNING; a second one does not keep it from being removed."""
    store = Store(again=again)

    class Anything:
        run_id = name = experiment_id = "x"
        failure = outputs = record = None
        index, duration_s = 0, 1.0

        class kind:  # noqa: N801
            value = "exact"

    monkeypatch.setattr("bis.evidence.outcomes.same_metrics", lambda *_: "")
    Anything.record = Anything  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        keep_outcome(store, Anything(), Anything(), Anything())  # type: ignore[arg-type]
    assert store.runs == []
