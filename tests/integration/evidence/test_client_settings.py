"""MLflow's settings in our own processes."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.unit.sessions import clean_environ


def test_settings_of_the_user_are_kept() -> None:
    """Only what is not set is set."""
    code = (
        "import os\nfrom bis.evidence.client_settings import set_up_client\nset_up_client()\n"
        "print(os.environ['MLFLOW_HTTP_REQUEST_TIMEOUT'], os.environ['MLFLOW_HTTP_REQUEST_MAX_RETRIES'])"
    )
    environ = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environ, "MLFLOW_HTTP_REQUEST_TIMEOUT": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "7 2\n"


def test_a_new_database_is_made_without_a_word() -> None:
    """MLflow's and alembic's accounts of it are no messages of bis; warnings still are."""
    code = (
        "import logging, sys\nfrom bis.evidence.client_settings import set_up_client\nset_up_client()\n"
        "logging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(message)s')\n"
        "for name in ('mlflow.store.db.utils', 'alembic.runtime.migration'):\n"
        "    logging.getLogger(name).info('creating tables')\n"
        "    logging.getLogger(name).warning('trouble')\n"
        "logging.getLogger('mlflow.other').info('kept')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=clean_environ(), capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["trouble", "trouble", "kept", ""]
