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
    folders = [tmp_path / name for name in ("empty", "database", "runs")]
    for folder in folders:
        folder.mkdir()
    for folder in folders[1:]:
        shutil.copy(database_of(store_uri) or "", folder / "mlflow.db")
    (folders[2] / "mlruns" / "0").mkdir(parents=True)
    (folders[2] / "mlruns" / "0" / "meta.yaml").touch()
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom bis.evidence.default_store import default_uri as d\n"
        "for folder in sys.argv[1:]:\n    os.chdir(folder)\n    print(d(Path.cwd()))\n"
        "assert 'mlflow' not in sys.modules\n"
        "from mlflow.tracking import get_tracking_uri\n"
        "for folder in sys.argv[1:]:\n    os.chdir(folder)\n    print(get_tracking_uri(), d(Path.cwd()))\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", code, *folders], env=clean_environ(), capture_output=True, text=True, check=True
    )
    databases = [f"sqlite:///{folder / 'mlflow.db'}" for folder in folders[:2]]
    runs = folders[2] / "mlruns"
    without_mlflow = [*databases, str(runs)]
    with_it = [f"{uri} {uri}" for uri in (*databases, f"file://{runs}")]
    assert asked.stdout.splitlines() == [*without_mlflow, *with_it]
    assert not (folders[0] / "mlflow.db").exists()
