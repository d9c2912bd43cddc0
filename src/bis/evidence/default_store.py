"""The store that MLflow takes where no tracking URI is given."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from packaging.version import Version

if TYPE_CHECKING:
    from pathlib import Path

_DEFAULT_IS_SQLITE = Version("3.7")


def default_uri(folder: Path) -> str:
    """The tracking URI of MLflow's default store in a folder; the store need not exist.

    That is ``mlflow.db`` from MLflow 3.7 on, unless there are runs in ``mlruns``. A process that has loaded MLflow
    asks it, since the program may have set a URI.
    """
    loaded = sys.modules.get("mlflow")
    if loaded is not None and hasattr(loaded, "get_tracking_uri"):
        return str(loaded.get_tracking_uri())
    old = any((folder / "mlruns").glob("[0-9]*/meta.yaml"))
    if old or Version(version("mlflow")) < _DEFAULT_IS_SQLITE:
        return str(folder / "mlruns")
    return f"sqlite:///{folder / 'mlflow.db'}"
