"""Replays of a real run, from its record to the verdict."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.planning import ReplayOptions
from bis._replay.replay_run import Request, replay_run
from bis._verify.tolerances import Tolerances
from bis.config import Settings
from bis.evidence.verdicts import read_verdict
from bis.model.progress import Silent, Step, Task
from bis.model.statement import StatementCode
from bis.model.verdict import Level, ReplayKind, Verdict

if TYPE_CHECKING:
    from bis.evidence.store import StoredRun
    from bis.workspace import Workspace

CURRENT = ReplayOptions(environment="current")


class Seen(Silent):
    """An observer that keeps what it receives."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Task, object]] = []

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep."""
        self.events.append(("started", task, total))

    def advanced(self, task: Task, step: Step) -> None:
        """Keep."""
        self.events.append(("advanced", task, step))

    def finished(self, task: Task) -> None:
        """Keep."""
        self.events.append(("finished", task, None))


def replayed(
    workspace: Workspace,
    stored: StoredRun,
    times: int = 1,
    *,
    jobs: int = 1,
    add: bool = False,
    options: ReplayOptions = CURRENT,
) -> Verdict:
    """Replay in this environment."""
    request = Request(times=times, tolerances=Tolerances.from_settings(Settings()), jobs=jobs, add=add)
    return replay_run(stored, options, request, workspace=workspace)


def test_exact_replays_are_bitwise_and_kept(workspace: Workspace, stored: StoredRun) -> None:
    """Each is a child run; the observer receives each step."""
    seen = Seen()
    verdict = replayed(replace(workspace, observer=seen), stored, 2)
    assert verdict.level is Level.BITWISE, verdict
    assert seen.events == [
        ("started", Task.SOURCE, None),
        ("finished", Task.SOURCE, None),
        ("started", Task.REPLAYS, 2),
        ("advanced", Task.REPLAYS, Step("1")),
        ("advanced", Task.REPLAYS, Step("2")),
        ("finished", Task.REPLAYS, None),
    ]
    children = [workspace.store.read(o.run_id or "") for o in verdict.outcomes]
    assert {c.tags["bis.replay.of"] for c in children} == {stored.run_id}


def test_several_at_a_time_give_the_same(workspace: Workspace, stored: StoredRun) -> None:
    """Each in a process of its own, and none is left."""
    before = set(multiprocessing.active_children())
    verdict = replayed(workspace, stored, 2, jobs=2)
    assert verdict.level is Level.BITWISE, verdict
    assert sorted(o.index for o in verdict.outcomes) == [0, 1]
    assert set(multiprocessing.active_children()) == before


def test_replays_can_be_added_to_earlier_ones(workspace: Workspace, stored: StoredRun) -> None:
    """All of the kind are judged, counted on, and stored; those with other arguments or of another kind are not."""
    replayed(workspace, stored, 2)
    replayed(workspace, stored, 1, options=replace(CURRENT, overrides={"lr": "0.5"}))
    replayed(workspace, stored, 1, options=replace(CURRENT, kind=ReplayKind.FRESH))
    verdict = replayed(workspace, stored, 1, add=True)
    assert verdict.level is Level.BITWISE
    assert [(o.kind, o.index) for o in verdict.outcomes] == [(ReplayKind.EXACT, i) for i in range(3)]
    assert len({o.run_id for o in verdict.outcomes}) == 3
    kept = read_verdict(workspace.store, stored.run_id)
    assert kept is not None
    assert (kept.verdict.level, kept.verdict.groups[0].replays) == (Level.BITWISE, 3)


def test_without_earlier_replays_nothing_is_added(workspace: Workspace, stored: StoredRun) -> None:
    """The new ones are judged alone."""
    assert len(replayed(workspace, stored, 1, add=True).outcomes) == 1


def test_fresh_replays_that_are_added_are_judged_as_a_sequence(workspace: Workspace, stored: StoredRun) -> None:
    """Whoever adds replays has seen the verdict on the earlier ones: it must not be tested like a fixed number."""
    fresh = replace(CURRENT, kind=ReplayKind.FRESH)
    alone = replayed(workspace, stored, 2, options=fresh)
    added = replayed(workspace, stored, 1, options=fresh, add=True)
    assert [o.index for o in added.outcomes] == [0, 1, 2]
    codes = {s.code for item in added.groups[0].items for s in item.statements}
    assert codes != {s.code for item in alone.groups[0].items for s in item.statements}


def test_fresh_replays_draw_anew(workspace: Workspace, stored: StoredRun) -> None:
    """With a root of their own each."""
    fresh = replace(CURRENT, kind=ReplayKind.FRESH)
    verdict = replayed(workspace, stored, 2, options=fresh)
    roots = {o.root for o in verdict.outcomes} | {stored.record.randomness.root}
    assert len(roots) == 3
    assert len({o.outputs.stdout for o in verdict.outcomes if o.outputs}) == 2


def test_a_store_that_goes_away_costs_the_child_run_only(workspace: Workspace, stored: StoredRun) -> None:
    """The verdict is given, and says once what could not be stored, and why."""
    gone = Path(stored.artifact_uri).parents[1]

    class Breaks(Silent):
        """Takes the artifact store away as the replays start."""

        def started(self, task: Task, total: int | None = None) -> None:
            """Break."""
            if task is Task.REPLAYS:
                gone.rename(gone.with_name("away"))
                gone.write_text("in the way")

    verdict = replayed(replace(workspace, observer=Breaks()), stored, 2)
    assert [s.figures["replays"] for s in verdict.statements if s.code is StatementCode.REPLAYS_NOT_STORED] == [(1, 2)]
    assert not any(s.code is StatementCode.REPLAY_NOT_STORED for s in verdict.statements)
    assert any(s.code is StatementCode.VERDICT_NOT_STORED for s in verdict.statements)
    assert workspace.store.find("last") == stored.run_id
