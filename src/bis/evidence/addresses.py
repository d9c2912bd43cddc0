"""Tracking URIs that mean the same place from every working directory."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from bis.evidence.redaction import strip_credentials

_SQLITE = "sqlite:///"
_FILE = "file:"
_HOSTED = frozenset({"databricks", "databricks-uc", "uc"})


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
        return str(Path(cwd) / unquote(uri[len(_FILE) :]))
    if _is_plain_path(uri):
        return str(Path(cwd) / uri)
    return uri


def without_password(uri: str) -> str:
    """A tracking URI that may be kept and shown: without user, password and secrets in its query.

    Examples
    --------
    >>> without_password("https://me:s3/cr@t@host/mlflow?token=abcdef123"), without_password("sqlite:///a@b.db")
    ('https://host/mlflow?token=[redacted]', 'sqlite:///a@b.db')
    """
    scheme, separator, rest = uri.partition("://")
    if not separator or rest.startswith("/"):  # a path
        return uri
    before, query, after = rest.partition("?")
    # What stands before the last "@" of the authority; of a password that is not encoded, whatever is in it.
    authority, slash, path = before.rpartition("@")[2].partition("/")
    return strip_credentials(f"{scheme}://{authority}{slash}{path}{query}{after}")


def scheme_of(uri: str) -> str:
    """The scheme of a tracking URI, ``file`` for a plain path.

    Examples
    --------
    >>> scheme_of("./mlruns"), scheme_of("sqlite:///mlflow.db"), scheme_of("databricks")
    ('file', 'sqlite', 'databricks')
    """
    return "file" if _is_plain_path(uri) else uri.partition(":")[0]


def local_path(uri: str, cwd: str) -> Path | None:
    """The folder that a tracking URI of files means; None for other URIs.

    Examples
    --------
    >>> local_path("file:./mlruns", "/project").as_posix(), local_path("file:///abs/a%20b", "/").as_posix()
    ('/project/mlruns', '/abs/a b')
    """
    if scheme_of(uri) != "file":
        return None
    given = absolute_uri(uri, cwd) or uri
    return Path(unquote(_path_of(given))) if given.startswith(_FILE) else Path(given)


def _path_of(uri: str) -> str:
    try:
        return urlsplit(uri).path
    except ValueError:  # brackets of an address that is none: a host that no file is on
        return uri[len(_FILE) :]


def _is_plain_path(uri: str) -> bool:
    try:
        return not urlsplit(uri).scheme and uri not in _HOSTED
    except ValueError:  # it is an address, though one of nothing
        return False
