"""MLflow's settings in processes that are bis's own: the command line, and the process that stores a session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

# Dead servers are given up within seconds, stdout is for our own answer, and where a program put its runs we may, too.
_SETTINGS = {
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}

# They tell at length what is done to a new database, which is nothing that the user of a command asked about.
_TALKATIVE = ("mlflow.store.db.utils", "alembic.runtime.migration", "alembic.runtime.plugins", "alembic.runtime.setup")

_WARNING = 30  # logging.WARNING


def set_up_client() -> None:
    """Set what the user has not set; never called in a user's process, nor before a user's program is started."""
    import logging  # late: `bis --help` does without

    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in _TALKATIVE:
        # A filter: levels are set by MLflow when it is imported.
        logging.getLogger(name).addFilter(_matters)


def _matters(record: logging.LogRecord) -> bool:
    return record.levelno >= _WARNING
