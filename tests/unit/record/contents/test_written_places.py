"""Which files are a program's."""

from __future__ import annotations

from pathlib import Path

from bis.record.contents.written_places import artifacts_to_read, is_bookkeeping


def test_the_store_is_no_result() -> None:
    """MLflow's store and Python's caches."""
    kept = ["metrics.json", "out/a.csv", "data.dbf"]
    passed = ["mlflow.db", "mlflow.db-wal", "mlruns/0/meta.yaml", "a/__pycache__/x.pyc", ".git/HEAD"]
    assert [p for p in [*kept, *passed] if not is_bookkeeping(Path(p))] == kept


def test_packed_models_and_our_own_evidence_are_not_read() -> None:
    """A model that MLflow packed names the time; what bis stored is no output."""
    paths = ["m.json", "model/MLmodel", "model/conda.yaml", "models.json", "bis/record.json"]
    assert list(artifacts_to_read({p: Path(p) for p in paths})) == ["m.json", "models.json"]
    assert artifacts_to_read({p: Path(p) for p in ("MLmodel", "python_env.yaml")}) == {}
