"""Real stores under observation: what any client does is noted, once, and behaves as without bis."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from bis.evidence.reentrancy import unobserved
from bis.evidence.session_secrets import with_password
from bis.instrument.observed_store import Observing, observe
from bis.instrument.recorder import Recorder
from bis.instrument.session_view import read_view
from tests.unit.sessions import session_of


class Kept(Recorder):
    """A recorder that keeps its events in memory."""

    @property
    def seen(self) -> list[tuple[str, dict[str, Any]]]:
        """What was noted."""
        return self._pending

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind."""
        return [facts for k, facts in self.seen if k == kind]


@pytest.fixture
def recorder(project: Path) -> Kept:
    """A recorder that watches nothing but stores."""
    return Kept(read_view(session_of(project).spool))


@pytest.fixture
def store(store_uri: str, recorder: Kept) -> Any:
    """A real SQL store, observed."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    plain = SqlAlchemyStore(store_uri, str(store_uri) + ".artifacts")
    ended: list[str] = []
    return observe(plain, recorder, store_uri, lambda _run: None, ended.append)


def new_run(store: Any) -> str:
    """A run, as clients make it."""
    return str(store.create_run("0", "me", 1, [], "name").info.run_id)


def test_the_store_stays_what_it_is(store: Any, recorder: Kept) -> None:
    """Its type's name, module and bases stay; observing twice changes nothing."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    assert isinstance(store, SqlAlchemyStore)
    assert isinstance(store, Observing)
    assert (type(store).__name__, type(store).__module__) == ("SqlAlchemyStore", SqlAlchemyStore.__module__)
    assert observe(store, recorder, "x", None, None) is store


def test_created_runs_carry_the_session(store: Any, recorder: Kept) -> None:
    """A run has the tags of its session, and is noted with its address."""
    run_id = new_run(store)
    tags = store.get_run(run_id).data.tags
    assert (tags["bis.session"], tags["bis.mode"], tags["bis.state"]) == (recorder.session.session, "run", "recording")
    (event,) = recorder.all("run")
    assert (event["run_id"], event["how"], event["ordinal"]) == (run_id, "created", 0)
    assert recorder.fence.failures == {}


def test_what_tells_a_run_from_others_is_noted(store: Any, recorder: Kept) -> None:
    """Its name and who gave it, its parent, and the tags of the program; also where they are set later."""
    from mlflow.entities import RunStatus, RunTag

    named = new_run(store)
    given = [RunTag("mlflow.parentRunId", named), RunTag("fold", "1"), RunTag("mlflow.user", "me")]
    unnamed = store.create_run("0", "me", 1, given, None).info.run_id
    store.set_tag(unnamed, RunTag("fold", "2"))
    store.set_tag(unnamed, RunTag("mlflow.note.content", "x"))
    store.log_batch(unnamed, [], [], [RunTag("mlflow.runName", "later")])
    store.update_run_info(named, RunStatus.RUNNING, None, "renamed")
    first, second = recorder.all("run")
    assert (first["name"], first["named"], first["parent"], first["tags"]) == ("name", True, "", {})
    assert (second["named"], second["parent"], second["tags"]) == (False, named, {"fold": "1"})
    assert second["name"]  # MLflow's
    assert [e["tags"] for e in recorder.all("tag")] == [
        {"fold": "2"},
        {"mlflow.runName": "later"},
        {"mlflow.runName": "renamed"},
    ]
    assert recorder.fence.failures == {}


def test_tags_of_the_user_stay(store: Any) -> None:
    """Given by position or by keyword."""
    from mlflow.entities import RunTag

    theirs = [RunTag("a", "b")]
    by_name = store.create_run(experiment_id="0", user_id="me", start_time=1, tags=theirs, run_name="n")
    by_place = store.create_run("0", "me", 1, theirs, "n")
    assert by_name.data.tags["a"] == by_place.data.tags["a"] == "b"
    assert len(theirs) == 1


def test_each_value_is_noted_once_with_its_bits(store: Any, recorder: Kept) -> None:
    """Single and batch logging, NaN and infinities; stores that call themselves count once."""
    from mlflow.entities import Metric, Param

    run_id = new_run(store)
    store.log_metric(run_id, Metric("m", 0.1, 1, 0))
    store.log_batch(run_id, [Metric("m", math.nan, 2, 1), Metric("m", math.inf, 3, 2)], [Param("p", "3")], [])
    store.log_batch(run_id=run_id, metrics=[], params=[], tags=[])
    store.log_param(run_id, Param("q", "x"))
    assert [(e["hex"], e["step"]) for e in recorder.all("metric")] == [((0.1).hex(), 0), ("nan", 1), ("inf", 2)]
    assert [(e["key"], e["value"]) for e in recorder.all("param")] == [("p", "3"), ("q", "x")]


def test_refused_values_are_not_noted(store: Any, recorder: Kept) -> None:
    """What MLflow refuses is the user's error as ever, and no evidence."""
    from mlflow.entities import Metric
    from mlflow.exceptions import MlflowException

    run_id = new_run(store)
    with pytest.raises(MlflowException):
        store.log_metric(run_id, Metric("bad name\n?", 1.0, 1, 0))
    with pytest.raises(MlflowException):
        store.log_metric("0" * 32, Metric("m", 1.0, 1, 0))
    assert recorder.all("metric") == []
    store.log_metric(run_id, Metric("m", 1.0, 1, 0))
    assert len(recorder.all("metric")) == 1


def test_ends_resumptions_and_renamings_are_told_apart(store: Any, recorder: Kept) -> None:
    """A run of another program that is used again is "resumed"; a new name is not an end."""
    from mlflow.entities import RunStatus

    with unobserved():
        other = new_run(store)
    assert recorder.seen == []
    store.update_run_info(other, RunStatus.RUNNING, None, None)
    store.update_run_info(other, None, None, "new name")
    store.update_run_info(run_id=other, run_status=RunStatus.FINISHED, end_time=2, run_name=None)
    assert [e["how"] for e in recorder.all("run")] == ["resumed"]
    assert [e["status"] for e in recorder.all("run_end")] == ["FINISHED"]


def test_logging_to_a_run_of_another_program_joins_it(store: Any, recorder: Kept) -> None:
    """Without a start there is still a run."""
    from mlflow.entities import Metric

    with unobserved():
        other = new_run(store)
    store.log_metric(other, Metric("m", 1.0, 1, 0))
    assert [(e["run_id"], e["how"]) for e in recorder.all("run")] == [(other, "joined")]


def test_what_bis_does_itself_is_no_part_of_the_run(store: Any, recorder: Kept) -> None:
    """Neither noted nor tagged."""
    with unobserved():
        run_id = new_run(store)
    assert recorder.seen == []
    assert "bis.session" not in store.get_run(run_id).data.tags


def test_a_recorder_that_fails_is_not_noticed(store: Any, recorder: Kept) -> None:
    """The value is logged, whatever happens to the note of it."""
    from mlflow.entities import Metric

    def broken(_run: str) -> None:
        raise RuntimeError("disk")

    store.bis_on_attach = broken
    run_id = new_run(store)
    store.log_metric(run_id, Metric("m", 1.0, 1, 0))
    assert store.get_run(run_id).data.metrics == {"m": 1.0}
    assert set(recorder.fence.failures) == {"run", "metrics"}


def test_datasets_are_noted(store: Any, recorder: Kept) -> None:
    """With their context."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    run_id = new_run(store)
    given = DatasetInput(Dataset("d", "abc", "local", "s"), [InputTag("mlflow.data.context", "training")])
    store.log_inputs(run_id, [given])
    store.log_inputs(run_id, datasets=None)
    (event,) = recorder.all("dataset")
    assert (event["name"], event["digest"], event["context"]) == ("d", "abc", "training")


def test_queued_values_are_noted_in_the_order_of_the_program(store: Any, recorder: Kept) -> None:
    """Single metrics, params and batches, whenever MLflow's threads log them; what it could not log is said."""
    from mlflow.entities import Metric, Param

    run_id = new_run(store)
    for step in range(20):
        store.log_metric_async(run_id, Metric("m", step / 7, 1, step))
    store.log_param_async(run_id, Param("p", "1"))
    store.log_batch_async(run_id, [Metric("n", 2.0, 1, 0)], [Param("q", "2")], [])
    store.flush_async_logging()
    store.log_batch_async(run_id=run_id, metrics=[], params=[Param("p", "3")], tags=[])
    store.shut_down_async_logging()
    assert [e["step"] for e in recorder.all("metric") if e["key"] == "m"] == list(range(20))
    assert [(e["key"], e["value"]) for e in recorder.all("param")] == [("p", "1"), ("q", "2"), ("p", "3")]
    (failed,) = recorder.all("unlogged")
    assert failed["queued"] == recorder.all("param")[-1]["queued"]
    assert store.get_run(run_id).data.params == {"p": "1", "q": "2"}
    assert recorder.fence.failures == {}


def test_a_password_in_the_address_is_in_no_event(store_uri: str, recorder: Kept) -> None:
    """It is kept in a file of its own, since storing needs it, and goes when that was done."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    plain = SqlAlchemyStore(store_uri, str(store_uri) + ".artifacts")
    store = observe(plain, recorder, "postgresql://me:s3cr3t@host/db", lambda _run: None, lambda _run: None)
    new_run(store)
    new_run(store)
    assert {e["uri"] for e in recorder.all("run")} == {"postgresql://host/db"}
    assert "s3cr3t" not in str(recorder.seen)
    folder = Path(recorder.session.spool)
    (kept,) = folder.glob("secrets-*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert with_password(folder, "postgresql://host/db") == "postgresql://me:s3cr3t@host/db"
    assert recorder.fence.failures == {}
