"""What of this machine's environment reaches a replayed program."""

from __future__ import annotations

from bis._replay.program_environment import base_environment, neutralise
from bis.instrument.quarantine import database_uri


def test_base_environment() -> None:
    """What decides over results now does not reach a replay; everything else does."""
    environ = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": "/bin", "HOME": "/h"}
    assert base_environment(environ) == {"PATH": "/bin", "HOME": "/h"}


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
