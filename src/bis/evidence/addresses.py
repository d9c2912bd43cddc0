"""Tracking URIs that mean the same place from every working directory."""

from __future__ import annotations

from pathlib import Path

_SQLITE = "sqlite:///"
_FILE = "file:"


def absolute_uri(uri: str | None, cwd: str) -> str | None:
    """A tracking URI with the path in it made absolute; None (MLflow's default) stays None.

    Parameters
    ----------
    uri : str or None
        As it was given to MLflow: of a database file, a folder or a server.
    cwd : str
        The working directory in which it was given.

    Examples
    --------
    >>> absolute_uri("sqlite:///mlflow.db", "/project")
    'sqlite:////project/mlflow.db'
    >>> absolute_uri("https://host", "/project")
    'https://host'
    """
    if uri is None:
        return None
    if uri.startswith(_SQLITE):
        path = uri[len(_SQLITE) :]
        named = path and not path.startswith((":", "file:"))  # a database in memory, or an address of SQLite's own
        return f"{_SQLITE}{Path(cwd) / path}" if named else uri
    if uri.startswith(_FILE) and not uri.startswith("file:/"):
        return str(Path(cwd) / uri[len(_FILE) :])
    if ":" not in uri and uri not in {"databricks", "databricks-uc", "uc"}:
        return str(Path(cwd) / uri)
    return uri
