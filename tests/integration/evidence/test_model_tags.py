"""Tags of the models of a run, in real stores."""

from __future__ import annotations

from mlflow import MlflowClient

from bis.evidence.sqlite_writer import SqliteWriter
from bis.evidence.store import EvidenceStore

TAGS = {"bis.verdict": "bitwise", "bis.replays": "3"}


def test_logged_models_and_registered_versions_get_the_verdict(store_uri: str) -> None:
    """Those of the run, and no others; a registry can ask for them."""
    store, client = EvidenceStore(store_uri), MlflowClient(store_uri)
    runs = [store.create("Default", name, {}, started_unix_s=1.0) for name in ("judged", "other")]
    models = [client.create_logged_model("0", name="m", source_run_id=run_id) for run_id in runs]
    client.create_registered_model("iris")
    versions = [
        client.create_model_version("iris", m.artifact_location, run_id=r) for m, r in zip(models, runs, strict=True)
    ]
    assert store.tag_models(runs[0], TAGS) == 2
    assert [client.get_logged_model(m.model_id).tags.get("bis.verdict") for m in models] == ["bitwise", None]
    found = [client.get_model_version("iris", v.version).tags for v in versions]
    assert found == [TAGS, {}]
    by_tag = client.search_logged_models(["0"], filter_string="tags.`bis.verdict` = 'bitwise'")
    assert [m.model_id for m in by_tag] == [models[0].model_id]


def test_a_run_without_models_needs_no_client(store_uri: str) -> None:
    """Nothing is loaded to find that out."""
    store = EvidenceStore(store_uri)
    run_id = store.create("Default", "plain", {}, started_unix_s=1.0)
    assert isinstance(store._direct, SqliteWriter)
    assert store._direct.tag_models(run_id, TAGS) == 0
    assert store.tag_models(run_id, TAGS) == 0
