"""What is done once before a run is replayed."""

from __future__ import annotations

import pickle
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bis._replay.planning import ReplayOptions
from bis._replay.prepare import plan_replay, prepare
from bis._replay.variations import fresh_variations
from bis.errors import ConsentRefused, DataMissing, EvidenceDamaged, ReplayImpossible
from bis.evidence.machine_seal import DIGEST, SEAL
from bis.evidence.store import SOURCE, StoredRun
from bis.model.facets import Package
from bis.model.progress import Note, Silent, Task
from bis.model.verdict import ReplayKind
from tests.integration._replay.test_replay_run import CURRENT

if TYPE_CHECKING:
    from bis.workspace import Workspace


def elsewhere(stored: StoredRun, **changes: str) -> StoredRun:
    """The same run, as somebody else would have to write it, who knows everything but the key of this machine."""
    return replace(stored, tags={**stored.tags, **changes})


@pytest.mark.parametrize("seal", ["f" * 64, "", "\udcff"])
def test_foreign_code_needs_consent(workspace: Workspace, stored: StoredRun, seal: str) -> None:
    """A record without the seal of this machine is asked about, whatever it says; a refusal runs nothing."""
    asked: list[str] = []

    def refuse(question: str) -> bool:
        asked.append(question)
        return False

    with pytest.raises(ConsentRefused):
        prepare(elsewhere(stored, **{SEAL: seal}), CURRENT, workspace=workspace, consent=refuse)
    assert "train.py" in asked[0]
    prepared = prepare(elsewhere(stored, **{SEAL: seal}), CURRENT, workspace=workspace, consent=lambda _q: True)
    assert prepared.sandbox.foreign
    assert prepared.sandbox.read == ()


def test_a_seal_is_of_one_record_and_one_run(workspace: Workspace, stored: StoredRun) -> None:
    """The seal of a run, which anybody may read, is worth nothing for another record, or under another run."""
    for other in (
        elsewhere(stored, **{DIGEST: "0" * 64}),
        replace(stored, run_id="0" * 32),
    ):
        with pytest.raises(ConsentRefused):
            prepare(other, CURRENT, workspace=workspace, consent=lambda _q: False)


def test_ones_own_code_is_not_asked_about(workspace: Workspace, stored: StoredRun) -> None:
    """What was recorded here was run here."""
    assert prepare(stored, CURRENT, workspace=workspace, consent=lambda _q: False).run is stored


def test_changed_data_is_refused(workspace: Workspace, stored: StoredRun, place: Path) -> None:
    """The file and what is wrong with it are named; nothing is run."""
    (place / "data" / "data.csv").write_text("3,4")
    with pytest.raises(DataMissing, match=r"data\.csv"):
        prepare(stored, CURRENT, workspace=workspace)


def test_a_changed_snapshot_is_damage(workspace: Workspace, stored: StoredRun) -> None:
    """Code that is not the recorded code is not run."""
    folder = workspace.store.artifact_folder(stored.run_id)
    assert folder is not None
    (folder / SOURCE).write_bytes(b"other")
    with pytest.raises(EvidenceDamaged, match="digest"):
        prepare(stored, CURRENT, workspace=workspace)


def test_a_run_without_code_is_impossible(workspace: Workspace) -> None:
    """And the message says what is missing."""
    bare = workspace.store.read(workspace.store.create("Default", "bare", {}, started_unix_s=1.0))
    with pytest.raises(ReplayImpossible, match="cannot be replayed"):
        prepare(bare, CURRENT, workspace=workspace)


def test_a_plan_needs_no_preparation(workspace: Workspace, stored: StoredRun) -> None:
    """For --dry-run."""
    plan = plan_replay(stored, CURRENT, workspace=workspace)
    assert (plan.target, plan.environment, plan.run_id) == ("train.py", "current", stored.run_id)
    assert sys.version.split()[0] == stored.record.environment.python


class Told(Silent):
    """Keeps what a user is told, and when the building begins."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def started(self, task: Task, total: int | None = None) -> None:
        """Keep."""
        self.heard.append(f"{task.value} begins")

    def noted(self, note: Note) -> None:
        """Keep."""
        self.heard.append(note.code)


def test_a_user_is_told_before_an_environment_is_built(workspace: Workspace, stored: StoredRun) -> None:
    """What differs, how much it is and where it stays; the second time that it is there. The plan says the same."""
    six = replace(stored.record.environment, packages=(Package("six", "1.16.0"),))
    older = replace(stored, record=replace(stored.record, environment=six))
    plan = plan_replay(older, ReplayOptions(), workspace=workspace)
    assert plan.rebuild is not None
    assert plan.rebuild.changes[0].name == "six"
    assert not plan.rebuild.built
    observer = Told()
    watched = replace(workspace, observer=observer)
    prepared = prepare(older, ReplayOptions(), workspace=watched)
    told, built = observer.heard.index("environment-stays"), observer.heard.index("environment begins")
    assert observer.heard.index("environment-differs") < observer.heard.index("package-differs") < told < built
    assert prepared.plan.rebuild is not None
    assert Path(prepared.plan.rebuild.folder) == workspace.environments / prepared.inputs.name
    observer.heard.clear()
    prepare(older, ReplayOptions(), workspace=watched)
    assert "environment-is-there" in observer.heard
    assert "environment begins" not in observer.heard


def test_what_was_prepared_can_be_sent(workspace: Workspace, stored: StoredRun) -> None:
    """It is a value without open files or connections, and names the source by its digest."""
    prepared = prepare(stored, CURRENT, workspace=workspace)
    assert pickle.loads(pickle.dumps(prepared)) == prepared  # noqa: S301 - made one line above
    assert stored.record.code.snapshot is not None
    assert prepared.inputs.source == stored.record.code.snapshot.digest


@pytest.mark.parametrize("kind", [ReplayKind.EXACT, ReplayKind.FRESH, ReplayKind.VARIED])
def test_variations_must_suit_the_plan(workspace: Workspace, stored: StoredRun, kind: ReplayKind) -> None:
    """A role of its own in an exact or fresh replay is refused, and named; an experiment may vary what it likes."""
    prepared = prepare(stored, replace(CURRENT, kind=kind), workspace=workspace)
    [fresh] = fresh_variations(1, source=random.Random(1).randbytes)
    varied = replace(prepared.recorded, roles={"split": "ab" * 32})
    good = {ReplayKind.EXACT: prepared.recorded, ReplayKind.FRESH: fresh, ReplayKind.VARIED: varied}
    prepared.check(good[kind])
    if kind is not ReplayKind.VARIED:
        with pytest.raises(ValueError, match=f"for {kind.value} replays.*varied ones.*roles"):
            prepared.check(varied)
    if kind is ReplayKind.EXACT:
        with pytest.raises(ValueError, match="fresh ones: it has another root, hash_seed"):
            prepared.check(fresh)


@pytest.mark.parametrize("kind", [ReplayKind.EXACT, ReplayKind.FRESH])
def test_only_experiments_scope_roles_or_draw_seeds(workspace: Workspace, stored: StoredRun, kind: ReplayKind) -> None:
    """In exact and fresh replays the seeds of the program count, whatever roots there are."""
    prepared = prepare(stored, replace(CURRENT, kind=kind), workspace=workspace)
    [fresh] = fresh_variations(1, source=random.Random(1).randbytes)
    for plain in (prepared.recorded, fresh):
        for reseeded in (False, True):
            given = "scoped, reseeded" if reseeded else "scoped"
            with pytest.raises(ValueError, match=f"for {kind.value} replays.*varied ones.*{given}"):
                prepared.check(replace(plain, scoped=True, reseeded=reseeded))


def test_a_record_with_a_faulty_root_is_damage(workspace: Workspace, stored: StoredRun) -> None:
    """Whoever made it, it is no defect of bis."""
    randomness = replace(stored.record.randomness, root="xyz")
    damaged = replace(stored, record=replace(stored.record, randomness=randomness))
    with pytest.raises(EvidenceDamaged, match="64 hexadecimal digits"):
        prepare(damaged, CURRENT, workspace=workspace)
