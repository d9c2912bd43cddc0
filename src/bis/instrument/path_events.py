"""Audit events other than ``open`` that open or change files: which paths, and how.

Standard library only: this works in the recorded program's interpreter.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from typing import Any

DATABASE = "db"  # the mode of a file that SQLite opens: whether it will be written cannot be seen
NATIVE_OPEN = "bis.open"  # raised by `bis.instrument.native_files` for what a library opens without Python
MADE = "made"
MOVED = "moved"
GONE = "gone"
# Modules of libraries that open files without Python; `bis.instrument.native_files` has more, and is loaded with them.
NATIVE_LIBRARIES = (
    "catboost.core",
    "cv2",
    "dbm.gnu",
    "dbm.ndbm",
    "duckdb",
    "h5py._hl.files",
    "lightgbm.basic",
    "polars",
    "pyarrow",
    "pyarrow.csv",
    "pyarrow.dataset",
    "pyarrow.feather",
    "pyarrow.ipc",
    "pyarrow.json",
    "pyarrow.orc",
    "pyarrow.parquet.core",
    "safetensors.numpy",
    "safetensors.torch",
    "soundfile",
    "tables.file",
    "torch.serialization",
    "torchvision.io.image",
    "xgboost.core",
)
LISTINGS = frozenset({"os.listdir", "os.scandir"})
EVENTS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.truncate", "os.mkdir", "sqlite3.connect"})
# What SQLite keeps beside a database that was not closed: part of its content.
_BESIDE_DATABASES = ("-wal", "-journal")
_IN_MEMORY = ("", ":memory:")


def changes(event: str, args: tuple[Any, ...]) -> list[tuple[str, str]]:
    """Paths that an event of `EVENTS` is about, each with its mode.

    The modes are those of ``open`` events, ``db`` for a database that may be written, ``made`` for a new
    folder, ``moved`` for a folder that goes elsewhere with all that is in it, and ``gone`` for one that is removed.
    """
    if event == "os.rename":
        source, target = _at(args[0], args[2]), _at(args[1], args[3])
        if os.path.isdir(source):  # noqa: PTH112 (pathlib is not loaded)
            return [(source, MOVED), (target, MADE)]
        return [(source, "w"), (target, "w")]
    if event in {"os.remove", "os.rmdir"}:
        return [(_at(args[0], args[1]), "w" if event == "os.remove" else GONE)]
    if event == "os.truncate":
        return [] if isinstance(args[0], int) else [(os.fsdecode(args[0]), "r+")]
    if event == "os.mkdir":
        return [(_at(args[0], args[2]), MADE)]
    return _database(args[0])


def listing(folder: str, most: int) -> tuple[list[str], list[str]] | None:
    """Names of the files and of the folders in a folder; None where there are more than `most`, or none can be read."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as found:
            for entry in found:
                (folders if entry.is_dir() else files).append(entry.name)
                if len(files) + len(folders) > most:
                    return None
    except OSError:
        return None
    return files, folders


def database_path(name: Any) -> tuple[str, bool]:
    """The file that ``sqlite3.connect`` opens, empty where there is none, and whether it may write to it."""
    if not isinstance(name, (str, bytes)) and not hasattr(name, "__fspath__"):
        return "", False
    text, query = os.fsdecode(name), ""
    if text.startswith("file:") and not os.path.exists(text):  # noqa: PTH110
        text, _, query = text[5:].partition("#")[0].partition("?")
        if text.startswith("//"):
            text = text[2 + len(text[2:].partition("/")[0]) :]
        if "%" in text:
            text = _unquoted(text)
    if text in _IN_MEMORY or "mode=memory" in query:
        return "", False
    return text, not ("mode=ro" in query or "immutable=1" in query)


def _database(name: Any) -> list[tuple[str, str]]:
    path, writable = database_path(name)
    if not path:
        return []
    if not writable:
        return [(path, "r")]
    beside = [path + end for end in _BESIDE_DATABASES]
    return [(path, DATABASE), *((p, DATABASE) for p in beside if os.path.exists(p))]  # noqa: PTH110


def _at(path: Any, folder: Any) -> str:
    """A path of an event with the folder descriptor to which it is relative; empty where that is not known."""
    text = os.fsdecode(path)
    if isinstance(folder, int) and folder >= 0 and not os.path.isabs(text):  # noqa: PTH117
        try:
            return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), text)  # noqa: PTH115, PTH118
        except OSError:  # it is none, or this system does not tell
            return ""
    return text


def _unquoted(text: str) -> str:
    """A text with its ``%41`` as characters (`urllib` is not loaded for this)."""
    first, *rest = text.encode("utf-8", "surrogateescape").split(b"%")
    parts = [first]
    for part in rest:
        try:
            parts.append(bytes([int(part[:2], 16)]) + part[2:])
        except ValueError:
            parts.append(b"%" + part)
    return b"".join(parts).decode("utf-8", "surrogateescape")
