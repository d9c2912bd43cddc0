"""Whole runs: all params, tags and last values, as MLflow's own client has them, from every kind of store."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric

from bis.errors import UsageError
from bis.evidence.store import EvidenceStore
from bis.evidence.tracking_reader import ClientReader
from bis.model.stored_runs import RunFilter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["sqlite", "files"])
def uri(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty store of each kind that is read without MLflow."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("store_uri"))
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return str(tmp_path / "mlruns")


def test_whole_runs_are_those_of_mlflow(uri: str) -> None:
    """Read directly and by MLflow's search alike; without replays and deleted runs, in one experiment or all."""
    client = MlflowClient(uri)
    other = client.create_experiment("other")
    for at, experiment in enumerate(["0", other, "0"]):
        run_id = client.create_run(
            experiment, start_time=1000 * (at + 1), tags={"a b": "x", "mlflow.user": "me"}
        ).info.run_id
        client.log_batch(run_id, metrics=[Metric("val/acc", v, 1, s) for s, v in enumerate([0.5, at / 4])])
        client.log_metric(run_id, "top", math.inf)
        client.log_param(run_id, "model", f"m{at}")
        client.set_terminated(run_id, "FAILED" if at == 1 else "FINISHED")
    client.create_run("0", tags={"bis.replay.of": run_id})
    client.delete_run(client.create_run("0").info.run_id)
    store = EvidenceStore(uri)
    found = store.whole_runs(RunFilter())
    assert [r.params for r in found] == [{"model": "m2"}, {"model": "m1"}, {"model": "m0"}]
    assert [r.status for r in found] == ["FINISHED", "FAILED", "FINISHED"]
    assert [r.metrics for r in found] == [{"top": math.inf, "val/acc": at / 4} for at in (2, 1, 0)]
    assert found[0].tags["a b"] == "x"
    assert found[1].experiment == "other"
    theirs = ClientReader(client).whole_runs(RunFilter())
    assert [(r.run_id, r.params, r.tags, r.metrics, r.status) for r in found] == [
        (r.run_id, r.params, r.tags, r.metrics, r.status) for r in theirs
    ]
    assert store.whole_runs(RunFilter(experiment="other")) == (found[1],)
    by_search = store.whole_runs(RunFilter(experiment="Default"), search="params.model = 'm2' and metrics.top > 1")
    assert [r.run_id for r in by_search] == [found[0].run_id]


def test_a_filter_that_mlflow_does_not_understand_is_a_mistake_of_the_user(store_uri: str) -> None:
    """With what MLflow says, and an example; an empty store answers no filter."""
    with pytest.raises(UsageError, match=r"does not understand the filter .params.model ~ 3") as raised:
        EvidenceStore(store_uri).whole_runs(RunFilter(), search="params.model ~ 3")
    assert "params.model = 'svm'" in (raised.value.hint or "")


def test_a_store_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    """And is not made."""
    store = EvidenceStore(f"sqlite:///{tmp_path / 'none.db'}")
    assert store.whole_runs(RunFilter(), search="params.a = 'b'") == ()
    assert not list(tmp_path.iterdir())
