"""The store that MLflow takes where no tracking URI is given."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

_DEFAULT_IS_SQLITE = (3, 7)
_VERSION = re.compile(r"""^VERSION\s*=\s*["'](\d+)\.(\d+)""", re.MULTILINE)


def default_uri(folder: Path) -> str:
    """The tracking URI of MLflow's default store in a folder; the store need not exist.

    That is ``mlflow.db`` from MLflow 3.7 on, unless there are runs in ``mlruns``. A process that has loaded MLflow
    asks it, since the program may have set a URI.
    """
    loaded = sys.modules.get("mlflow")
    if loaded is not None and hasattr(loaded, "get_tracking_uri"):
        return str(loaded.get_tracking_uri())
    old = any((folder / "mlruns").glob("[0-9]*/meta.yaml"))
    if old or _mlflow_version() < _DEFAULT_IS_SQLITE:
        return str(folder / "mlruns")
    return f"sqlite:///{folder / 'mlflow.db'}"


def _mlflow_version() -> tuple[int, int]:
    """Of the installed MLflow, from its own file: `importlib.metadata` takes longer to load than all that follows."""
    package = find_spec("mlflow")
    folders = package.submodule_search_locations if package is not None else None
    path = Path(next(iter(folders)), "version.py") if folders else None
    found = _VERSION.search(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else None
    return (int(found[1]), int(found[2])) if found else _DEFAULT_IS_SQLITE
