"""Races for numbers, as they are told from tasks that draw alone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from bis.instrument.entropy.entropy_plan import EntropyPlan
from bis.instrument.entropy.service import EntropyService
from bis.instrument.entropy.task_races import TaskRaces, where_main_waits

if TYPE_CHECKING:
    from tests.unit.instrument.entropy.conftest import Told

OWN = random.Random(0)


def task() -> float:
    """Draw of a generator of the program."""
    return OWN.betavariate(1, 1)


def idle() -> None:
    """Draw nothing."""


def watch(told: Told) -> tuple[TaskRaces, EntropyService]:
    """A watch with nothing seen yet."""
    service = EntropyService(EntropyPlan(bytes(32)), told)
    return TaskRaces(service), service


def test_a_worker_process_that_draws_on_is_a_race(told: Told) -> None:
    """The task drew of a generator as the earlier tasks of the worker left it; said once, then nothing is watched."""
    races, _ = watch(told)
    begun = races.begin(task)
    assert begun is not None
    task()
    races.end_in_process(begun)
    assert [fact[:2] for fact in told.facts] == [("uncontrolled", "process pool")]
    assert races.begin(task) is None


def test_a_task_that_seeds_is_none(told: Told) -> None:
    """It begins anew, whichever worker it is in. Making a generator does not seed a shared one."""
    races, service = watch(told)
    begun = races.begin(task)
    assert begun is not None
    service.reports.seed("random.Random", 1)
    assert service.reports.seedings == 0
    service.reports.seed("random.seed", 1)
    task()
    races.end_in_process(begun)
    assert [fact for fact in told.facts if fact[0] == "uncontrolled"] == []


def test_tasks_that_draw_nothing_are_not_watched(told: Told) -> None:
    """No state is read for them."""
    races, _ = watch(told)
    assert races.begin(idle) is None
    begun = races.begin(task)
    assert begun is not None
    races.end_in_process(begun)
    assert told.facts == []


def test_the_main_thread_does_not_wait_for_itself() -> None:
    """Where it does something else, nothing is said of threads."""
    assert where_main_waits() is None
