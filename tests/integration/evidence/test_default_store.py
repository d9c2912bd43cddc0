"""MLflow's default store, told without MLflow."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from bis.evidence.sqlite_reader import database_of
from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from pathlib import Path


def test_database_where_no_uri_is_given(store_uri: str, tmp_path: Path) -> None:
    """MLflow's default, in a process that has not loaded MLflow: ``mlflow.db``, unless ``mlruns`` has runs."""
    code = (
        "from pathlib import Path\nfrom bis.evidence.default_store import default_uri as d\n"
        "import os\nprint(d(Path.cwd()))\n"
        "from mlflow.tracking import get_tracking_uri\nprint(get_tracking_uri(), d(Path.cwd()))\n"
    )

    def asked() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=clean_environ(), capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    here = tmp_path / "mlflow.db"
    assert asked() == [f"sqlite:///{here}", f"sqlite:///{here} sqlite:///{here}"]
    assert not here.exists()
    shutil.copy(database_of(store_uri) or "", here)
    assert asked() == [f"sqlite:///{here}", f"sqlite:///{here} sqlite:///{here}"]
    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").touch()
    old = tmp_path / "mlruns"
    assert asked() == [str(old), f"file://{old} file://{old}"]
