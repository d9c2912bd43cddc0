"""The environment variables of a replayed program: nothing of this machine that decides over results, no way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.instrument.quarantine import database_uri
from bis.record.probes.machine import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What would send a program's runs, artifacts or traces elsewhere behind the back of the store.
_REMOVED_VARIABLES = (
    "MLFLOW_ARTIFACT_URI",
    "MLFLOW_ARTIFACTS_DESTINATION",
    "MLFLOW_BACKEND_STORE_URI",
    "MLFLOW_DEFAULT_ARTIFACT_ROOT",
    "MLFLOW_ENABLE_WORKSPACES",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_RUN_ID",
    "MLFLOW_TRACKING_DIR",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "MLFLOW_TRACKING_USERNAME",
    "MLFLOW_TRACE_ARCHIVAL_CONFIG",
    "MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT",
    "MLFLOW_WORKSPACE",
    "MLFLOW_WORKSPACE_STORE_URI",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "_MLFLOW_SERVER_ARTIFACT_ROOT",
)


def base_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without the variables that decide over results; a replay gets the recorded ones instead."""
    exact = {v for v in VARIABLES if not v.endswith("*")}
    prefixes = tuple(v[:-1] for v in VARIABLES if v.endswith("*"))
    return {k: v for k, v in environ.items() if k not in exact and not k.startswith(prefixes)}


def quarantine_environment(folder: str | Path) -> dict[str, str | None]:
    """What to change in the environment of a replayed program; None means "remove".

    Parameters
    ----------
    folder : path
        The quarantine folder of the replay, absolute.
    """
    changes: dict[str, str | None] = dict.fromkeys(_REMOVED_VARIABLES)
    changes["MLFLOW_TRACKING_URI"] = database_uri(folder)
    changes["MLFLOW_DISABLE_TELEMETRY"] = "true"
    return changes


def neutralise(environment: Mapping[str, str], folder: str | Path) -> dict[str, str]:
    """A copy of an environment for a replay.

    `quarantine_environment` is applied, and variables that decide over results are removed: the plan has the recorded
    ones.
    """
    result = base_environment(environment)
    for name, value in quarantine_environment(folder).items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result
