"""What leads out of a quarantine. The stores themselves are tested in tests/functional/test_quarantine.py."""

from __future__ import annotations

import pytest

from bis.replay.quarantine import active_stores, database_uri, names_made_by_client, neutralise


def test_neutralise() -> None:
    """Variables that would lead out of the quarantine are gone, the others stay."""
    given = {
        "MLFLOW_ARTIFACT_URI": "s3://x",
        "MLFLOW_TRACKING_TOKEN": "t",
        "MLFLOW_RUN_ID": "r",
        "MLFLOW_EXPERIMENT_ID": "4",
    }
    changed = neutralise({**given, "PATH": "/bin", "OMP_NUM_THREADS": "3"}, "/q")
    assert changed == {
        "MLFLOW_EXPERIMENT_ID": "4",
        "PATH": "/bin",
        "MLFLOW_TRACKING_URI": database_uri("/q"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }


@pytest.mark.parametrize(
    ("scheme", "client"), [("", True), ("file", True), ("mysql+pymysql", True), ("https", False), ("uc", False)]
)
def test_names_made_by_client(scheme: str, client: bool) -> None:
    """Files and databases name runs in the program, servers do not."""
    assert names_made_by_client(scheme) is client


def test_no_quarantine_without_a_replay() -> None:
    """A process that is no replay has no quarantine, and is told so rather than given a store."""
    with pytest.raises(LookupError, match="no replay"):
        active_stores()
