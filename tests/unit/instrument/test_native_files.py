"""Files that libraries open natively."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from bis.instrument.fence import Fence
from bis.instrument.native_files import WATCHED, attach, paths_of
from bis.instrument.path_events import NATIVE_LIBRARIES, NATIVE_OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator


class Noting:
    """What the hooks need of a recorder."""

    def __init__(self) -> None:
        self.fence = Fence()
        self.events: list[tuple[str, dict[str, Any]]] = []

    def note(self, kind: str, **facts: Any) -> None:
        """Take an event."""
        self.events.append((kind, facts))


_OPENED: list[tuple[str, int]] = []
_hooked: list[bool] = []


@pytest.fixture
def opened() -> Iterator[list[tuple[str, int]]]:
    """What is reported as opened natively: names, and flags."""
    if not _hooked:  # an audit hook stays
        _hooked.append(True)

        def hear(event: str, args: tuple[Any, ...]) -> None:
            if event == NATIVE_OPEN:
                _OPENED.append((Path(args[0]).name, args[2]))

        sys.addaudithook(hear)
    _OPENED.clear()
    yield _OPENED
    _OPENED.clear()


def attached(name: str, **contents: Any) -> tuple[Any, Noting]:
    """A module of this name with these contents, after its import."""
    module = ModuleType(name)
    for key, value in contents.items():
        setattr(module, key, value)
    recorder = Noting()
    attach(module, recorder)  # type: ignore[arg-type]  # what it needs of one
    return module, recorder


def imread(filename: str, flags: int = 1) -> tuple[str, int]:
    """Read a picture."""
    return filename, flags


def imwrite(filename: str, picture: object) -> object:
    """Write a picture."""
    return filename, picture


def test_every_library_is_waited_for() -> None:
    """The names are in a module of their own, since the table is loaded with the first library."""
    assert sorted(WATCHED) == list(NATIVE_LIBRARIES)


def test_functions_are_watched_and_look_as_before(opened: list[tuple[str, int]]) -> None:
    """What they return, their names and signatures are their own; the path is reported before the call."""
    module, recorder = attached("cv2", imread=imread, imreadmulti=imread, imwrite=imwrite)
    assert module.imread("a.png", flags=2) == ("a.png", 2)
    assert module.imread(filename="b.png") == ("b.png", 1)
    assert module.imwrite("c.png", 5) == ("c.png", 5)
    assert opened == [
        ("a.png", os.O_RDONLY),
        ("b.png", os.O_RDONLY),
        ("c.png", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ]
    assert module.imread.__doc__ == imread.__doc__
    assert inspect.signature(module.imread) == inspect.signature(imread)
    assert recorder.events == [("watched", {"library": "cv2"})]


def test_constructors_are_watched_with_their_mode(opened: list[tuple[str, int]]) -> None:
    """HDF5 files are read, changed or made, as the mode says; file objects were opened by Python."""

    class File:
        def __init__(self, name: Any, mode: str = "r") -> None:
            self.opened = (name, mode)

    module, _ = attached("h5py._hl.files", File=File)
    assert module.File is File
    assert File("a.h5").opened == ("a.h5", "r")
    File("b.h5", "a")
    File("c.h5", mode="w")
    File(object())
    flags = [os.O_RDONLY, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC]
    assert opened == list(zip(["a.h5", "b.h5", "c.h5"], flags, strict=True))


def test_all_functions_of_a_kind(opened: list[tuple[str, int]]) -> None:
    """Polars reads with many functions; its classes, and what reads nothing, stay as they are."""

    class DataFrame:
        def write_csv(self, file: str) -> None:
            self.file = file

    class LazyFrame:
        def sink_csv(self, path: str) -> None:
            self.path = path

    def reads(source: object) -> object:
        return source

    module, _ = attached(
        "polars", read_csv=reads, scan_csv=reads, other=reads, DataFrame=DataFrame, LazyFrame=LazyFrame
    )
    module.read_csv(source="a.csv")
    module.scan_csv(["b.csv", "c.csv"])
    module.other("d.csv")
    module.read_csv(3)
    DataFrame().write_csv("e.csv")
    LazyFrame().sink_csv("f.csv")
    assert [name for name, _ in opened] == ["a.csv", "b.csv", "c.csv", "e.csv", "f.csv"]


def test_classes_of_c_are_derived_from(opened: list[tuple[str, int]]) -> None:
    """Pandas gives pyarrow an open file: what it makes is of the class as before, and of its name."""

    class OSFile:
        def __new__(cls, path: str, mode: str = "r") -> Any:
            made = super().__new__(cls)
            made.opened = (path, mode)  # type: ignore[attr-defined]
            return made

        def __init__(self, path: str, mode: str = "r") -> None:
            pass

    module, recorder = attached("pyarrow", OSFile=OSFile, memory_map=imread, input_stream=imread)
    made = module.OSFile("a", mode="wb")
    assert made.opened == ("a", "wb")
    assert isinstance(made, OSFile)
    assert (module.OSFile.__name__, module.OSFile.__module__) == (OSFile.__name__, OSFile.__module__)
    assert module.OSFile("b").opened == ("b", "r")
    assert opened == [("a", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), ("b", os.O_RDONLY)]
    assert recorder.events == [("watched", {"library": "pyarrow"})]


def test_an_unknown_version_is_not_called_watched() -> None:
    """Where a function is missing, what is there is wrapped, and the library counts as before."""
    module, recorder = attached("cv2", imread=imread)
    assert module.imread is not imread
    assert recorder.events == []


def test_keys_of_dbm_files(opened: list[tuple[str, int]], tmp_path: Path) -> None:
    """`shelve` opens files with endings of the library's, for reading or for more."""
    module, _ = attached("dbm.ndbm", open=lambda *args: args)
    (tmp_path / "s.db").write_bytes(b"")
    assert module.open(str(tmp_path / "s"), "c") == (str(tmp_path / "s"), "c")
    module.open("new", "n")
    module.open(b"old")
    assert opened == [
        ("s.db", os.O_RDWR | os.O_CREAT),
        ("new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ("old", os.O_RDONLY),
    ]


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders and patterns mean their files; addresses, contents and objects mean none."""
    monkeypatch.chdir(tmp_path)
    for name in ("d/b", "d/a", "d/e/c", "x?y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert paths_of("d") == [f"d{os.sep}a", f"d{os.sep}b", f"d{os.sep}e{os.sep}c"]
    assert sorted(paths_of("d/?")) == ["d/a", "d/b"]
    assert paths_of("x?y") == ["x?y"]
    assert paths_of([Path("one"), "two", 3]) == ["one", "two"]
    assert paths_of("train.txt?format=libsvm#cache") == ["train.txt"]
    assert paths_of(f"file://{tmp_path}/d/a") == [f"{tmp_path}/d/a"]
    for other in ("s3://bucket/key", "a,b\n1,2\n", ":memory:", "", 3, object(), None):
        assert paths_of(other) == []
