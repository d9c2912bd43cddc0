"""Files that libraries open natively, where Python raises no audit event.

For each such library the fewest functions through which a path goes are wrapped when the program has imported it. A
wrapper raises an audit event of its own, `bis.open`, with the arguments of ``open``: the recorder notes it, and in a
replay the confinement refuses it, both as for any other file.

Standard library only; no library is imported here.
"""

from __future__ import annotations

import os
import sys

from bis.instrument.entropy.wrapping import disguise, is_ours
from bis.instrument.path_events import NATIVE_OPEN

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

    from bis.instrument.recorder import Recorder

_FLAGS = {
    "r": os.O_RDONLY,
    "r+": os.O_RDWR,
    "a": os.O_RDWR | os.O_CREAT,  # of h5py and PyTables: read and changed, made where it is not there
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "w-": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
}
_MODE = "?"  # the file is opened as the next argument, `mode`, says
_FLAG = "flag"  # as the next argument, `flag`, says, as in `dbm`
_DBM_ENDS = ("", ".db", ".dir", ".pag")
_MAX_LISTED = 100_000  # files of a data set in a folder

# By module: what is wrapped, the place of the path among its arguments (that of ``self`` is 0) and its name, and how it
# is opened. Names that end in * are all that begin so, one that ends in () is a class of C. What a version of a library
# does not have makes the library count as one that is not watched, unless the name ends in ?.
WATCHED: dict[str, tuple[tuple[str, int, str, str], ...]] = {
    "pyarrow": (
        ("OSFile()", 0, "path", _MODE),
        ("memory_map", 0, "path", _MODE),
        ("input_stream", 0, "source", "r"),
    ),
    "pyarrow.csv": (
        ("read_csv", 0, "input_file", "r"),
        ("open_csv", 0, "input_file", "r"),
        ("write_csv?", 1, "output_file", "w"),
    ),
    "pyarrow.dataset": (
        ("_filesystem_dataset", 0, "source", "r"),
        ("parquet_dataset", 0, "metadata_path", "r"),
    ),
    "pyarrow.feather": (
        ("read_table", 0, "source", "r"),
        ("read_feather", 0, "source", "r"),
        ("write_feather", 1, "dest", "w"),
    ),
    "pyarrow.ipc": (("open_file", 0, "source", "r"), ("open_stream", 0, "source", "r")),
    "pyarrow.json": (("read_json", 0, "input_file", "r"), ("open_json?", 0, "input_file", "r")),
    "pyarrow.orc": (("ORCFile.__init__", 1, "source", "r"), ("read_table?", 0, "source", "r")),
    "pyarrow.parquet.core": (
        ("ParquetDataset.__init__", 1, "path_or_paths", "r"),
        ("ParquetFile.__init__", 1, "source", "r"),
        ("ParquetWriter.__init__", 1, "where", "w"),
    ),
    "polars": (
        ("read_*", 0, "source", "r"),
        ("scan_*", 0, "source", "r"),
        ("DataFrame.write_*", 1, "file", "w"),
        ("LazyFrame.sink_*", 1, "path", "w"),
    ),
    "duckdb": (("connect", 0, "database", "r+"),),
    "dbm.gnu": (("open", 0, "filename", _FLAG),),
    "dbm.ndbm": (("open", 0, "filename", _FLAG),),
    "h5py._hl.files": (("File.__init__", 1, "name", _MODE),),
    "tables.file": (("File.__init__", 1, "filename", _MODE),),
    "soundfile": (("SoundFile.__init__", 1, "file", _MODE),),
    "cv2": (
        ("imread", 0, "filename", "r"),
        ("imreadmulti", 0, "filename", "r"),
        ("imwrite", 0, "filename", "w"),
    ),
    "torch.serialization": (("_open_zipfile_writer_file.__init__", 1, "name", "w"),),
    "torchvision.io.image": (("read_file", 0, "path", "r"),),
    "safetensors.torch": (("load_file", 0, "filename", "r"), ("save_file", 1, "filename", "w")),
    "safetensors.numpy": (("load_file", 0, "filename", "r"), ("save_file", 1, "filename", "w")),
    "lightgbm.basic": (
        ("Dataset.__init__", 1, "data", "r"),
        ("Booster.__init__", 3, "model_file", "r"),
        ("Booster.save_model", 1, "filename", "w"),
    ),
    "xgboost.core": (
        ("DMatrix.__init__", 1, "data", "r"),
        ("Booster.load_model", 1, "fname", "r"),
        ("Booster.save_model", 1, "fname", "w"),
    ),
    "catboost.core": (
        ("Pool.__init__", 1, "data", "r"),
        ("CatBoost.load_model", 1, "fname", "r"),
        ("CatBoost.save_model", 1, "fname", "w"),
    ),
}


def attach(module: ModuleType, recorder: Recorder) -> None:
    """Wrap what is in the table; note that the module is watched if all of it was there."""
    complete = True
    for name, place, keyword, mode in WATCHED[module.__name__]:
        if name.endswith("()"):
            complete = _derive(module, name[:-2], keyword, mode, recorder) and complete
            continue
        found = list(_named(module, name.rstrip("?")))
        complete = complete and (bool(found) or name.endswith("?"))
        for owner, attribute in found:
            _wrap(owner, attribute, place, keyword, mode, recorder)
    if complete:
        recorder.note("watched", library=module.__name__)


def _named(module: ModuleType, name: str) -> Iterator[tuple[Any, str]]:
    """Owners and names of the functions that a name in the table means."""
    outer, _, inner = name.rpartition(".")
    owner = getattr(module, outer, None) if outer else module
    if owner is None:
        return
    names = [n for n in vars(owner) if n.startswith(inner[:-1])] if inner.endswith("*") else [inner]
    for each in names:
        if callable(getattr(owner, each, None)) and not isinstance(getattr(owner, each), type):
            yield owner, each


def _wrap(owner: Any, attribute: str, place: int, keyword: str, mode: str, recorder: Recorder) -> None:
    original = getattr(owner, attribute)
    if is_ours(original):
        return

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        value = args[place] if len(args) > place else kwargs.get(keyword)
        if value is not None:
            flags, paths = recorder.fence.run("data", _opening, value, mode, args[place + 1 :], kwargs) or (0, ())
            for path in paths:
                # Not behind the fence: a replay that may not write there is told so, as by ``open``.
                sys.audit(NATIVE_OPEN, path, None, flags)
        return original(*args, **kwargs)

    setattr(owner, attribute, disguise(wrapper, original))


def _derive(module: Any, name: str, keyword: str, mode: str, recorder: Recorder) -> bool:
    """Put a class of Python in place of one of C, whose attributes cannot be set; False where there is none."""
    original = getattr(module, name, None)
    if not isinstance(original, type):
        return False
    if is_ours(original):
        return True

    def __new__(cls: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        value = args[0] if args else kwargs.get(keyword)
        flags, paths = recorder.fence.run("data", _opening, value, mode, args[1:], kwargs) or (0, ())
        for path in paths:
            sys.audit(NATIVE_OPEN, path, None, flags)
        return original.__new__(cls, *args, **kwargs)

    facts = {"__new__": __new__, "__slots__": (), "__module__": original.__module__, "__doc__": original.__doc__}
    setattr(module, name, type(name, (original,), {**facts, "bis": True}))
    return True


def _opening(value: Any, mode: str, rest: tuple[Any, ...], named: dict[str, Any]) -> tuple[int, list[str]]:
    """Which files a call opens, and with which flags."""
    if mode not in {_MODE, _FLAG}:
        return _FLAGS[mode], paths_of(value)
    given = rest[0] if rest else named.get("mode" if mode == _MODE else "flag")
    how = str(given or "r").replace("b", "")
    if mode == _MODE:
        return _FLAGS.get(how, os.O_RDONLY), paths_of(value)
    path = os.fsdecode(value)
    flags = _FLAGS["r" if how.startswith("r") else "w" if how.startswith("n") else "a"]
    ends = [path + end for end in _DBM_ENDS if os.path.exists(path + end)]  # noqa: PTH110 (pathlib is not loaded)
    return flags, ends or [path]


def paths_of(value: Any) -> list[str]:
    """Files on this machine that an argument names: of a folder all that are in it, of a pattern those that match.

    A file object, a table or a folder in a cloud names none.
    """
    if isinstance(value, (list, tuple)):
        return [path for v in value[:_MAX_LISTED] if isinstance(v, (str, os.PathLike)) for path in paths_of(v)]
    text = os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else ""
    if "\n" in text or "\0" in text:  # the content itself, which some readers take, too
        return []
    if text.startswith("file://"):
        text = text[len("file://") :]
    elif "://" in text or text in {"", ":memory:"}:
        return []
    text = os.path.expanduser(text)  # noqa: PTH111 (pathlib is not loaded)
    if os.path.isdir(text):  # noqa: PTH112
        return _below(text)
    return [text] if os.path.exists(text) else _matching(text)  # noqa: PTH110


def _matching(pattern: str) -> list[str]:
    """Files that a pattern means, or the file of an address with options (XGBoost's ``train.txt?format=libsvm``)."""
    found: list[str] = []
    if any(c in pattern for c in "*?["):
        from glob import glob  # where there is a pattern only

        found = [p for p in glob(pattern, recursive=True) if os.path.isfile(p)]  # noqa: PTH113, PTH207
    return found[:_MAX_LISTED] or [pattern.partition("?")[0].partition("#")[0]]


def _below(folder: str) -> list[str]:
    found: list[str] = []
    for where, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.join(where, n) for n in sorted(names)]  # noqa: PTH118
        if len(found) >= _MAX_LISTED:
            break
    return found[:_MAX_LISTED]
