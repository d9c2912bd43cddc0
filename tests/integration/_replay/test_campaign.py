"""Many replays of one run, on any executor."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._replay.campaign import campaign
from bis._replay.executors import CallingThread, executor_for
from bis._replay.variations import fresh_variations
from bis.model.progress import Silent, Step, Task
from bis.model.verdict import ReplayKind
from tests.integration.dask_processes import address_in, command, processes, scheduler_with
from tests.unit._replay.prepared_runs import exact, prepared_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bis._replay.prepare import Prepared
    from bis.model.verdict import Outcome


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A run of a script that prints a random number, prepared without a store."""
    return prepared_run(tmp_path, monkeypatch)


def printed(outcomes: Sequence[Outcome]) -> set[str | None]:
    """What the programs printed."""
    assert all(o.failure is None for o in outcomes), outcomes
    return {o.outputs.stdout for o in outcomes if o.outputs}


@pytest.mark.parametrize("given", [None, ThreadPoolExecutor])
@pytest.mark.parametrize("at_once", [1, 2])
def test_any_executor_will_do(prepared: Prepared, given: Callable[[int], Executor] | None, at_once: int) -> None:
    """The calling thread, processes and threads give the same outcomes, each once."""
    with executor_for(at_once, given(at_once) if given else None) as executor:
        outcomes = campaign(prepared, exact(prepared, 3), executor=executor, at_once=at_once)
    assert sorted(o.index for o in outcomes) == [0, 1, 2]
    assert len(printed(outcomes)) == 1
    assert {o.kind for o in outcomes} == {ReplayKind.EXACT}


@pytest.mark.slow
def test_a_dask_cluster_will_do(prepared: Prepared, tmp_path: Path) -> None:
    """Its workers, which are other processes, find all inputs by digest; no workspace is left."""
    distributed = pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    with processes(scheduler_with(file), cwd=tmp_path):
        address = address_in(file)
        worker = command("worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        with (
            processes(worker, worker, cwd=tmp_path),
            distributed.Client(address, set_as_default=False) as client,
        ):
            client.wait_for_workers(2)
            outcomes = campaign(prepared, exact(prepared, 4), executor=client.get_executor(), at_once=2)
    assert sorted(o.index for o in outcomes) == [0, 1, 2, 3]
    assert len(printed(outcomes)) == 1
    assert not list(tmp_path.glob("bis-replay-*"))


def test_fresh_variations_differ(prepared: Prepared) -> None:
    """Each has its own root, which is in its outcome."""
    fresh = replace(prepared, plan=replace(prepared.plan, kind=ReplayKind.FRESH))
    variations = fresh_variations(2)
    outcomes = campaign(fresh, variations, executor=CallingThread())
    assert [o.root for o in outcomes] == [v.root for v in variations]
    assert len(printed(outcomes)) == 2


class Until:
    """Stops after some outcomes."""

    def __init__(self, count: int) -> None:
        self.count = count

    def next(self, outcomes_so_far: Sequence[Outcome]) -> bool:
        """Whether to go on."""
        return self.needed(outcomes_so_far) > 0

    def needed(self, outcomes_so_far: Sequence[Outcome]) -> int:
        """How many are left."""
        return self.count - len(outcomes_so_far)


class Steps(Silent):
    """Keeps what it receives."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.total: int | None = None

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep the total."""
        self.total = total

    def advanced(self, task: Task, step: Step) -> None:
        """Keep the step."""
        self.steps.append(step)


def test_it_stops_when_it_is_told_to(prepared: Prepared) -> None:
    """After the outcome that decides; the sink has seen each, and its result counts."""
    steps = Steps()
    outcomes = campaign(
        prepared,
        exact(prepared, 5),
        executor=CallingThread(),
        stopping=Until(2),
        sink=lambda outcome: replace(outcome, run_id=f"run {outcome.index}"),
        observer=steps,
    )
    assert [o.run_id for o in outcomes] == ["run 0", "run 1"]
    assert (steps.total, steps.steps) == (5, [Step("1"), Step("2")])
