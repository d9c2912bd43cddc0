"""One meaning for every store: MLflow's through SQL and through its own search, and the one in memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from mlflow import MlflowClient

from bis.errors import EvidenceDamaged, RunNotFound
from bis.evidence.run_index import SearchIndex
from bis.evidence.sql_run_index import SqlIndex, sql_index
from bis.evidence.sqlite_reader import SqliteReader
from bis.evidence.store import EvidenceStore
from bis.evidence.tracking_reader import ClientReader
from bis.model.facets import Curve
from bis.model.stored_runs import RunFilter
from tests.doubles.memory_store import MemoryStore

if TYPE_CHECKING:
    from bis.evidence.evidence_access import EvidenceWriter

STORES = ("sqlite", "sql", "search", "memory")


def opened(uri: str, how: str) -> EvidenceStore:
    """A store that is read in one of the ways: directly, or through MLflow's client as databases and servers are."""
    store = EvidenceStore(uri)
    assert isinstance(store._reader, SqliteReader)
    if how != "sqlite":
        store._found = reader = ClientReader(store._client)
        if how == "search":
            reader._index = SearchIndex(store._client)
        else:
            assert isinstance(sql_index(store._client._tracking_client.store), SqlIndex)
    return store


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> EvidenceWriter:
    """An empty store of each kind."""
    if request.param == "memory":
        return MemoryStore()
    return opened(request.getfixturevalue("store_uri"), request.param)


def run(store: EvidenceWriter, started: float, *, name: str = "n", experiment: str = "Default", **tags: str) -> str:
    """A run that ended well a second after it started; in names of tags ``_`` is a dot."""
    given = {key.replace("_", "."): value for key, value in tags.items()}
    run_id = store.create(experiment, name, given, started_unix_s=started)
    store.end(run_id, "FINISHED", started + 1)
    return run_id


def ids(store: EvidenceWriter, wanted: RunFilter | None = None, limit: int | None = None) -> list[str]:
    """The ids of a listing."""
    return [summary.run_id for summary in store.runs(wanted, limit=limit)]


def test_a_summary_has_what_a_listing_shows(store: EvidenceWriter) -> None:
    """Experiment, name, status, times and tags of bis; other tags are left out, and metrics unless asked for."""
    run_id = run(store, 5.0, name="first", bis_mode="run", bis_replays="3", bis_verdict="bitwise", mlflow_user="me")
    store.log(run_id, (Curve("loss", (0, 1), ((0.5).hex(), (0.25).hex())), Curve("top", (0,), ("inf",))), {})
    (found,) = store.runs()
    assert (found.experiment, found.name, found.status) == ("Default", "first", "FINISHED")
    assert (found.started_unix_s, found.ended_unix_s) == (5.0, 6.0)
    assert found.tags == {"bis.mode": "run", "bis.replays": "3", "bis.verdict": "bitwise"}
    assert (found.replays, found.metrics) == (3, {})
    (measured,) = store.runs(metrics=True)
    assert measured.metrics == {"loss": 0.25, "top": math.inf}


def test_an_empty_store_has_no_runs(store: EvidenceWriter) -> None:
    """It is not an error."""
    assert store.runs() == ()
    assert store.page(RunFilter(), limit=5).token is None


def test_runs_are_listed_latest_first_without_replays(store: EvidenceWriter) -> None:
    """Replays are listed on request, or as the replays of their run."""
    first, second = run(store, 1.0), run(store, 2.0)
    one, two = (run(store, at, bis_replay_of=first) for at in (3.0, 4.0))
    other = run(store, 5.0, bis_replay_of=second)
    assert ids(store) == [second, first]
    assert ids(store, limit=1) == [second]
    assert ids(store, RunFilter(replays=True)) == [other, two, one, second, first]
    assert ids(store, RunFilter(replay_of=first)) == [two, one]


def test_runs_are_filtered(store: EvidenceWriter) -> None:
    """By experiment, by tags, and by both."""
    here = run(store, 1.0, bis_verdict="bitwise")
    other = run(store, 2.0, bis_verdict="divergent")
    there = run(store, 3.0, experiment="another's", bis_verdict="bitwise")
    assert ids(store, RunFilter(experiment="another's")) == [there]
    assert ids(store, RunFilter(experiment="no such experiment")) == []
    assert ids(store, RunFilter(tags={"bis.verdict": "bitwise"})) == [there, here]
    assert ids(store, RunFilter(tags={"bis.verdict": "divergent"}, experiment="Default")) == [other]


def test_pages_hold_every_run_once(store: EvidenceWriter) -> None:
    """The token continues where the page ended, also between replays that are left out."""
    made = [run(store, float(i), **({"bis_replay_of": "x"} if i % 3 == 0 else {})) for i in range(12)]
    wanted = [r for i, r in enumerate(made) if i % 3][::-1]
    found, token = [], None
    while True:
        page = store.page(RunFilter(), limit=3, token=token)
        assert len(page.runs) <= 3
        found += [r.run_id for r in page.runs]
        token = page.token
        if token is None:
            break
    assert found == wanted


def test_a_prefix_finds_its_run(store: EvidenceWriter) -> None:
    """Among all runs, replays too; an unknown or ambiguous one is explained."""
    made = [run(store, float(i), **({"bis_replay_of": "x"} if i == 0 else {})) for i in range(17)]
    assert store.find(made[0][:12]) == made[0]
    assert store.find("last") == made[-1]
    alike = next(r[0] for r in made if sum(o.startswith(r[0]) for o in made) > 1)
    assert set(ids(store, RunFilter(prefix=alike, replays=True))) == {r for r in made if r.startswith(alike)}
    with pytest.raises(RunNotFound):
        store.find(alike)
    with pytest.raises(RunNotFound):
        store.find("0" * 31)


def test_deleted_runs_are_not_listed(store: EvidenceWriter) -> None:
    """Neither by id nor in a listing."""
    kept, deleted = run(store, 1.0), run(store, 2.0)
    store.delete(deleted)
    assert ids(store) == [kept]
    with pytest.raises(RunNotFound):
        store.find(deleted[:20])


@pytest.mark.parametrize("how", ["sqlite", "sql", "search"])
def test_runs_of_deleted_experiments_are_not_listed(store_uri: str, how: str) -> None:
    """As in MLflow's own pages."""
    store = opened(store_uri, how)
    kept = run(store, 1.0)
    gone = run(store, 2.0, experiment="gone")
    client = MlflowClient(store_uri)
    client.delete_experiment(client.get_run(gone).info.experiment_id)
    assert ids(store) == [kept]
    assert ids(store, RunFilter(experiment_id="0")) == [kept]


def test_tags_and_texts_are_read_back(store: EvidenceWriter) -> None:
    """What was written last counts; what is not there is an error."""
    run_id = run(store, 1.0, a="1")
    store.tag(run_id, {"a": "2", "b": "3"})
    store.log_text(run_id, "hellö", "bis/note.txt")
    assert {k: v for k, v in store.tags(run_id).items() if not k.startswith("mlflow.")} == {"a": "2", "b": "3"}
    assert store.text(run_id, "bis/note.txt") == "hellö"
    with pytest.raises(EvidenceDamaged, match=r"absent\.json"):
        store.text(run_id, "bis/absent.json")
    with pytest.raises(RunNotFound):
        store.tags("0" * 32)
