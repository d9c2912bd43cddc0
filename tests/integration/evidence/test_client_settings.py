"""MLflow's settings in our own processes."""

from __future__ import annotations

import os
import subprocess
import sys


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
