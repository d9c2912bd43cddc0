"""Whether two replays have the same result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._verify.sameness import same_result
from bis.model.role import Role, RoleDraws
from bis.model.run_identity import RunIdentity
from bis.model.session_run import SessionRun
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._verify.runs import CRASH, TIMEOUT, outputs

if TYPE_CHECKING:
    from bis.model.facets import Outputs


def replayed(given: Outputs | None, *runs: Outputs, **changes: object) -> Outcome:
    """A replay with these runs."""
    made = tuple(SessionRun(RunIdentity(run_id=f"{i:032x}", ordinal=i), one) for i, one in enumerate(runs))
    failure = given.failure if given is not None else CRASH
    outcome = Outcome(0, ReplayKind.VARIED, "ab" * 32, given, failure, trace={"numpy": "1", "mlflow": "2"}, runs=made)
    return replace(outcome, **changes)  # type: ignore[arg-type]


FIRST = replayed(outputs(stdout="loss 0.125\ntook 3.2 s"), outputs({"loss": [0.5, 0.25]}, weights="a"))


def test_the_same_bits_are_the_same() -> None:
    """What measures the machine, and what bookkeeping drew, may differ."""
    other = replayed(
        outputs(stdout="loss 0.125\ntook 9.9 s"),
        outputs({"loss": [0.5, 0.25]}, weights="a"),
        trace={"numpy": "1", "mlflow": "7", "python.tempfile": "8"},
        index=4,
        duration_s=9.0,
    )
    assert same_result(FIRST, FIRST)
    assert same_result(FIRST, other)


@pytest.mark.parametrize(
    "other",
    [
        replayed(outputs(stdout="loss 0.125"), outputs({"loss": [0.5, 0.2500000000000001]}, weights="a")),
        replayed(outputs(stdout="loss 0.125"), outputs({"loss": [0.5]}, weights="a")),
        replayed(outputs(stdout="loss 0.125"), outputs({"loss": [0.5, 0.25]}, weights="b")),
        replayed(outputs(stdout="loss 0.125"), outputs({"loss": [0.5, 0.25], "more": 1.0}, weights="a")),
        replayed(outputs(stdout="loss 0.125"), outputs({"loss": [0.5, 0.25]}, weights="a"), outputs({"loss": 1.0})),
        replace(FIRST, trace={"numpy": "2", "mlflow": "2"}),
        replace(FIRST, trace={}),
        replace(FIRST, failure=TIMEOUT),
        replayed(None),
    ],
)
def test_any_other_bit_is_another_result(other: Outcome) -> None:
    """A metric, a step, a weight, a run, a draw, an end."""
    assert not same_result(FIRST, other)


def test_programs_without_mlflow_are_compared_by_what_they_print() -> None:
    """There is no run."""
    first = replayed(outputs(stdout="accuracy 0.5"))
    assert same_result(first, replayed(outputs(stdout="accuracy 0.5")))
    assert not same_result(first, replayed(outputs(stdout="accuracy 0.6")))


def test_two_that_failed_alike_are_the_same() -> None:
    """With the same bits before."""
    failed = outputs({"loss": 0.5}, failure=CRASH)
    assert same_result(replayed(failed, outputs({"loss": 0.5})), replayed(failed, outputs({"loss": 0.5})))
    assert not same_result(replayed(failed, outputs({"loss": 0.5})), replayed(failed, outputs({"loss": 0.25})))
    assert same_result(replayed(None), replayed(None))


def test_models_may_hold_generators_of_roles() -> None:
    """Where roles were scoped, their draws decide, and digests of models do not."""
    one = replace(FIRST, draws=(RoleDraws(Role.SPLIT, 7, "ab"),))
    runs = (outputs(stdout="loss 0.125"), outputs({"loss": [0.5, 0.25]}, weights="b"))
    assert same_result(one, replayed(*runs, draws=one.draws))
    assert not same_result(one, replayed(*runs, draws=(RoleDraws(Role.SPLIT, 7, "cd"),)))
