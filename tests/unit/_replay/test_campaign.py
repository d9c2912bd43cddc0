"""Many replays of one run, on any executor."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bis._replay.campaign import campaign
from bis._replay.executors import CallingThread
from bis.errors import ExecutionError
from bis.model.variation import Variation
from tests.unit._replay.prepared_runs import exact, prepared_run

if TYPE_CHECKING:
    from pathlib import Path

    from bis._replay.prepare import Prepared


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A run of a script that prints a random number, prepared without a store."""
    return prepared_run(tmp_path, monkeypatch)


def test_an_input_that_a_worker_lacks_is_a_failed_outcome(prepared: Prepared) -> None:
    """It says what is missing where; nothing is raised."""
    lost = replace(prepared, inputs=replace(prepared.inputs, source="0" * 64))
    [outcome] = campaign(lost, exact(prepared, 1), executor=CallingThread())
    assert outcome.failure is not None
    assert outcome.failure.stage == "resource"
    assert "does not have the source" in outcome.failure.message


def test_variations_are_checked_before_anything_runs(prepared: Prepared) -> None:
    """One that does not suit the plan stops all."""
    variations = (*exact(prepared, 1), Variation("cd" * 32, "1", roles={"split": "ef" * 32}))
    with pytest.raises(ValueError, match="roles"):
        campaign(prepared, variations, executor=Refusing())


class Refusing(Executor):
    """An executor that must not be used."""

    def submit(self, *_args: Any, **_keywords: Any) -> Future[Any]:
        """Fail the test."""
        raise AssertionError("a job was submitted")


class Losing(Executor):
    """An executor that loses each job."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def submit(self, *_args: Any, **_keywords: Any) -> Future[Any]:
        """Lose it."""
        future: Future[Any] = Future()
        future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BrokenExecutor("x"), "killed from outside"),
        (RuntimeError("no worker"), "RuntimeError: no worker"),
    ],
)
def test_a_lost_job_is_explained(prepared: Prepared, error: Exception, message: str) -> None:
    """Whatever the executor raises."""
    with pytest.raises(ExecutionError, match=message):
        campaign(prepared, exact(prepared, 1), executor=Losing(error))


def test_an_interruption_cancels_what_waits(prepared: Prepared, tmp_path: Path) -> None:
    """Jobs that have not started never do, and no workspace is left."""

    class Interrupted(Executor):
        """One job is interrupted, the others wait."""

        def __init__(self) -> None:
            self.futures: list[Future[Any]] = []

        def submit(self, *_args: Any, **_keywords: Any) -> Future[Any]:
            """Interrupt the first."""
            self.futures.append(Future())
            if len(self.futures) == 3:
                self.futures[0].set_exception(KeyboardInterrupt())
            return self.futures[-1]

    executor = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        campaign(prepared, exact(prepared, 3), executor=executor, at_once=3)
    assert [f.cancelled() for f in executor.futures] == [False, True, True]
    assert not list(tmp_path.glob("bis-replay-*"))


def test_nothing_at_a_time_is_refused(prepared: Prepared) -> None:
    """It would never end."""
    with pytest.raises(ValueError, match="at_once"):
        campaign(prepared, exact(prepared, 1), executor=CallingThread(), at_once=0)
