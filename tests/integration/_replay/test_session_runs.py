"""The runs of a session in a real store."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._replay.session_runs import session_run_of, subject_of
from bis.config import home
from bis.evidence.known_stores import KnownSession, remember
from bis.evidence.lead_run import lead_of
from bis.model.facets import Parameters, Status
from bis.model.run_identity import RunIdentity

if TYPE_CHECKING:
    from pathlib import Path

    from bis.evidence.store import EvidenceStore, StoredRun


@pytest.fixture
def runs(store: EvidenceStore, stored: StoredRun) -> list[str]:
    """A program with two runs at the top, and two nested in the first, of which the last was created last."""
    made: list[str] = []
    for ordinal, parent in enumerate((None, 0, 0, None)):
        above = made[parent] if parent is not None else ""
        tags = {"mlflow.parentRunId": above} if above else {}
        run_id = store.create(
            "", f"run {ordinal}", tags, started_unix_s=4e9 - ordinal % 3, experiment_id=stored.experiment_id
        )
        record = replace(
            stored.record,
            session="several",
            ordinal=ordinal,
            session_runs=5,
            identity=RunIdentity(run_id, ordinal, f"run {ordinal}", named=True, parent=above),
            parameters=Parameters(Status.RECORDED, values={"n": str(ordinal)}),
        )
        store.write(run_id, record, {})
        made.append(run_id)
    return made


def test_all_runs_of_the_program_are_found_by_one_of_them(store: EvidenceStore, runs: list[str]) -> None:
    """By any run at the top, in the order of their creation, with those counted that the store has not."""
    subject = subject_of(store, runs[3])
    assert subject.run.run_id == runs[3]
    assert [r.identity.run_id for r in subject.session.runs] == runs
    assert [r.identity.params for r in subject.session.runs] == [{"n": str(i)} for i in range(4)]
    assert (subject.session.lead, subject.session.total, subject.session.alone) == (3, 5, False)


def test_a_nested_run_is_judged_alone_only_where_it_is_named(store: EvidenceStore, runs: list[str]) -> None:
    """`last` means the program, whichever of its runs was created last."""
    child = subject_of(store, runs[2])
    assert child.session.alone
    assert child.session.judged == (2,)
    last = subject_of(store, lead_of(store, store.find("last")))
    assert not last.session.alone
    assert len(last.session.judged) == 4
    assert last.run.run_id in {runs[0], runs[3]}


def test_runs_in_other_stores_are_judged(store: EvidenceStore, runs: list[str], tmp_path: Path) -> None:
    """As far as they are files that are still there, and MLflow's."""
    uri = f"sqlite:///{tmp_path / 'other.db'}"
    shutil.copy(store.tracking_uri.removeprefix("sqlite:///"), tmp_path / "other.db")
    for place in (uri, store.tracking_uri, f"sqlite:///{tmp_path / 'gone.db'}", "https://host.invalid"):
        remember(home(), KnownSession("several", 1.0, "/", "/", place, ("f" * 32,)))
    store.delete(runs[1])
    assert [r.identity.run_id for r in subject_of(store, runs[0]).session.runs] == runs
    assert not (tmp_path / "gone.db").exists()
    (tmp_path / "other.db").write_text("no database")
    assert len(subject_of(store, runs[0]).session.runs) == 3


def test_deleted_runs_are_counted(store: EvidenceStore, runs: list[str]) -> None:
    """They are not judged; a nested run whose parent is gone is found all the same."""
    store.delete(runs[1])
    session = subject_of(store, runs[0]).session
    assert [r.identity.run_id for r in session.runs] == [runs[0], *runs[2:]]
    assert session.total == 5


def test_a_record_that_cannot_be_read_leaves_its_run_out(store: EvidenceStore, runs: list[str]) -> None:
    """The others are judged without it; named by its id, it is an error as ever."""
    store.tag(runs[1], {"bis.digest": "0" * 64})
    assert [r.identity.run_id for r in subject_of(store, runs[0]).session.runs] == [runs[0], *runs[2:]]


def test_records_of_before_have_the_identity_of_their_tags(store: EvidenceStore, stored: StoredRun) -> None:
    """Without a number of runs, that is not known."""
    old = replace(stored, record=replace(stored.record, identity=None, session_runs=None), name="old-name-1")
    identity = session_run_of(replace(old, tags={**stored.tags, "team": "a", "mlflow.parentRunId": "p"})).identity
    assert (identity.given_name, identity.parent, identity.tags) == ("", "p", {"team": "a"})
    store.write(stored.run_id, old.record, {})
    assert subject_of(store, stored.run_id).session.total is None
