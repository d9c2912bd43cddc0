"""Databases of SQLite in a replay: those elsewhere can be read, and not be written.

SQLite opens a database for writing even where a program only reads it, and what it writes later raises no audit event.
So the confinement would have to refuse every database that is not in the replay's own folders. Instead such a database
is opened read-only, and what is attached to a connection is not written to.

Standard library only: this works in the replayed program's interpreter.
"""

from __future__ import annotations

import os

from bis.instrument.confinement import suspended
from bis.instrument.entropy.wrapping import disguise, is_ours
from bis.instrument.path_events import database_path

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from bis.instrument.confinement import Confinement

_MODULE = "sqlite3.dbapi2"  # where `sqlite3` has its function from, and SQLAlchemy, too
_URI_AT = 6  # the place of the argument `uri` behind the database
_OK, _DENY, _ATTACH = 0, 1, 24  # of SQLite's C interface
# Actions of statements that only read: READ, SELECT, TRANSACTION, ATTACH, DETACH, PRAGMA, FUNCTION, SAVEPOINT,
# RECURSIVE.
_READING = frozenset({20, 21, 22, _ATTACH, 25, 19, 31, 32, 33})
_WAL = b"\2\2"


def hooks(confinement: Confinement) -> dict[str, Callable[[ModuleType], None]]:
    """What is to be done after the import of which module."""
    return {_MODULE: lambda module: _attach(module, confinement)}


def _attach(module: Any, confinement: Confinement) -> None:
    original = module.connect
    if is_ours(original):
        return

    def connect(*args: Any, **kwargs: Any) -> Any:
        database = args[0] if args else kwargs.pop("database", None)
        rest = args[1:]
        readable = _readable(database, confinement)
        closed = {"main": database_path(database)[0]} if readable else {}
        if readable:
            database = readable
            if len(rest) > _URI_AT:
                rest = (*rest[:_URI_AT], True, *rest[_URI_AT + 1 :])
            else:
                kwargs["uri"] = True
        connection = original(database, *rest, **kwargs)
        connection.set_authorizer(_authorizer(confinement, closed))
        return connection

    module.connect = disguise(connect, original)


def _readable(database: Any, confinement: Confinement) -> str:
    """The address under which a database elsewhere is read only; empty where it is the replay's own, or none."""
    path, writable = database_path(database)
    if not path or not writable or confinement.is_later(path) or confinement.is_own(path):
        return ""
    try:
        with suspended(), open(path, "rb", buffering=0) as file:  # noqa: PTH123 (pathlib is not loaded)
            header = file.read(20)
        waiting = os.path.exists(path + "-wal") and os.path.getsize(path + "-wal") > 0  # noqa: PTH110, PTH202
    except OSError:
        return ""
    with_log = header[18:20] == _WAL
    if with_log and waiting:  # it cannot be read without writing beside it
        return ""
    quoted = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")  # noqa: PTH100
    return f"file:{quoted}?mode=ro{'&immutable=1' if with_log else ''}"


def _authorizer(confinement: Confinement, closed: dict[str, str]) -> Callable[..., int]:
    """Answers SQLite's question, for each statement of one connection, whether it may be compiled.

    `closed` are the databases that may not be written, by the names of their schemas in this connection. That of an
    attached one is not known; it stands under an empty name, for all but ``main`` and ``temp``.
    """

    def authorised(action: int, first: Any, _second: Any, schema: Any, _trigger: Any) -> int:
        if action == _ATTACH:
            path, writable = database_path(first) if isinstance(first, str) else ("", False)
            if path and confinement.is_later(path):
                confinement.refused(path)
                return _DENY
            if path and writable and not confinement.is_own(path):
                closed[""] = path
        elif closed and action not in _READING and schema is not None:
            path = closed.get(schema if schema in {"main", "temp"} else "", "")
            if path:
                confinement.refused(path)
                return _DENY
        return _OK

    return authorised
