"""Replays of an explanation on an executor."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bis._explain.design import BlockDesign, VariedRoles
from bis._explain.replayer import CampaignReplayer, CountedReplayer, GoOn
from bis._replay.session_runs import session_run_of
from bis._replay.starts import Starts
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.tolerances import Tolerances
from bis.model.facets import Curve, Failure, Outputs, Status
from bis.model.role import Role, RoleDraws
from bis.model.start import Start
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._replay.prepared_runs import prepared_run

if TYPE_CHECKING:
    from pathlib import Path

    from bis._explain.trial import Trial
    from bis._replay.execution import Job

DESIGN = BlockDesign("ab" * 32, causes=(VariedRoles("split", (Role.SPLIT,)),)).extended(2)


class Computing(Executor):
    """Computes outcomes from the roots of roles, without a process; the second job fails."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Give the outcome at once."""
        del fn, kwargs
        job: Job = args[0]
        self.jobs.append(job)
        root = job.variation.roles.get("split", "")
        outputs = Outputs(Status.RECORDED, metrics=(Curve("acc", (0, 1), ((0.0).hex(), float(len(root)).hex())),))
        failure = Failure("exception", "boom", traceback="x" * 1000) if len(self.jobs) == 2 else None
        future: Future[Any] = Future()
        future.set_result(
            Outcome(
                job.index,
                ReplayKind.VARIED,
                job.variation.root,
                outputs,
                failure,
                duration_s=2.0,
                draws=(RoleDraws(Role.SPLIT, 1, root),),
            )
        )
        return future


@pytest.fixture
def replayer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CampaignReplayer:
    """One of a run that was prepared without a store."""
    prepared = prepared_run(tmp_path, monkeypatch)
    prepared = replace(prepared, plan=replace(prepared.plan, kind=ReplayKind.VARIED))
    session = OriginalSession((session_run_of(prepared.run),), 0, prepared.run.record.outputs)
    return CampaignReplayer(prepared, session, Tolerances(), Computing(), Starts(Start.COLD))


def test_each_replay_is_kept_at_its_place(replayer: CampaignReplayer) -> None:
    """With results, draws, and how it ended, but without its traceback; all are counted."""
    counted = CountedReplayer(replayer)
    kept: list[Trial] = []
    asked = [(place, DESIGN.variation(place[0], place[1])) for place in DESIGN.places(0)]
    counted(asked, keep=kept.append, go_on=lambda: True)
    assert [t.place for t in kept] == [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1)]
    assert kept[0].metrics == {"acc": (64.0).hex()}
    assert kept[0].draws[0].digest == DESIGN.blocks[0].a
    assert kept[0].bits == kept[2].bits
    assert kept[1].failure is not None
    assert kept[1].failure.traceback == ""
    assert (counted.made, counted.failed) == (4, 1)


def test_no_replay_is_begun_once_it_is_to_stop(replayer: CampaignReplayer) -> None:
    """What was begun is kept."""
    kept: list[Trial] = []
    asked = [(place, DESIGN.variation(place[0], place[1])) for place in DESIGN.places(0)]
    replayer(asked, keep=kept.append, go_on=lambda: len(kept) < 2)
    assert len(kept) == 2


def test_a_rule_that_does_not_look_at_results() -> None:
    """It asks for one more, or none."""
    assert (GoOn(lambda: True).needed([]), GoOn(lambda: False).needed([])) == (1, 0)
