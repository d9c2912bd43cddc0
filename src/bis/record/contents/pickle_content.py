"""Pickles, read without running any code that they name."""

from __future__ import annotations

import datetime as dt
import io
import pickle
import pickletools
import re
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np

from bis.record.contents.array_content import gather_array
from bis.record.contents.gathering import ContentUnreadable, Gathering, TooMuch, joined

if TYPE_CHECKING:
    from typing_extensions import Self

# Bytes that may be a place of the memo, by the opcodes LONG_BINPUT and PUT.
_LONG_PUT = re.compile(rb"r(?=([\s\S]{4}))")
_TEXT_PUT = re.compile(rb"p\d{6}")
# What makes values of NumPy, and nothing else, by module and name. All other names are read as `_Opaque`.
_NUMPY = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
_NUMPY_FUNCTIONS = {
    ("multiarray", "_reconstruct"),
    ("multiarray", "scalar"),
    ("numeric", "_frombuffer"),
}


def _bytes_of(text: str, encoding: str = "latin1") -> bytes:
    """What the old protocols, which have no bytes, write bytes as."""
    if encoding not in {"latin1", "latin-1"}:
        raise ValueError(encoding)
    return text.encode("latin1")


_PLAIN = {
    ("_codecs", "encode"): _bytes_of,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "complex"): complex,
    ("builtins", "bytearray"): bytearray,
    ("collections", "OrderedDict"): dict,
}
# Values that JSON and tables have as texts, in which times and ids are known.
_AS_TEXTS: dict[tuple[str, str], Any] = {
    (kind.__module__, kind.__name__): kind
    for kind in (dt.date, dt.time, dt.datetime, dt.timedelta, dt.timezone, uuid.UUID)
}
_MOST_OBJECTS = 100_000


class _Opaque:
    """An object of a class that is not loaded: what it was made from, and the state that it was given."""

    arguments: list[object]
    state: object
    members: list[object]
    items: list[tuple[object, object]]

    def __new__(cls, *arguments: object, **keywords: object) -> Self:
        """Make one; pickles make objects without `__init__`."""
        made = super().__new__(cls)
        made.arguments, made.state, made.members, made.items = [*arguments, *keywords.values()], None, [], []
        return made

    def __init__(self, *_: object, **__: object) -> None:
        """Take whatever the class would have taken."""

    def __setstate__(self, state: object) -> None:
        """Keep the state, whatever the class would have done with it."""
        self.state = state

    def append(self, member: object) -> None:
        """Keep a member of what was a list."""
        self.members.append(member)

    def extend(self, members: Any) -> None:
        """Keep members of what was a list."""
        self.members.extend(members)

    def add(self, member: object) -> None:
        """Keep a member of what was a set."""
        self.members.append(member)

    def __setitem__(self, key: object, value: object) -> None:
        """Keep an item of what was a mapping."""
        self.items.append((key, value))

    def __call__(self, *arguments: object, **_: object) -> _Opaque:
        """Stand for what the object would have given."""
        return _Opaque(*arguments)


class _Harmless(pickle.Unpickler):
    """Reads the values of a pickle: names are not looked up but for those that make values of NumPy."""

    def find_class(self, module: str, name: str) -> Any:
        plain = _PLAIN.get((module, name)) or _NUMPY.get((module, name)) or _AS_TEXTS.get((module, name))
        if plain is not None:
            return plain
        top, _, last = module.rpartition(".")
        if top in {"numpy.core", "numpy._core"} and (last, name) in _NUMPY_FUNCTIONS:
            core = getattr(np, "_core", None) or np.core
            return getattr(getattr(core, last), name)
        return type(name.rpartition(".")[2] or "object", (_Opaque,), {})

    def persistent_load(self, pid: Any) -> Any:
        return _Opaque(pid)


def read_pickle(content: bytes) -> Gathering:
    """The numbers and texts of a pickle, by the keys and attributes that lead to them.

    Raises
    ------
    ContentUnreadable
        It is not a pickle, or one that cannot be read without its classes.
    TooMuch
        It holds too much.
    """
    source = io.BytesIO(content)
    found = Gathering()
    walk = _PickleWalk(found)
    try:
        _check_memo(content)
        while source.tell() < len(content):  # several may stand one after the other
            walk.visit("", _Harmless(source, buffers=()).load())
    except TooMuch:
        raise
    except Exception as error:  # whatever a malformed pickle may raise, and there is much
        raise ContentUnreadable(f"{type(error).__name__}: {error}") from error
    return found


def _check_memo(content: bytes) -> None:
    """Refuse places of the memo beyond all that can be in the file: the unpickler would take gigabytes for them."""
    largest = len(content)
    suspect = any(int.from_bytes(found[1], "little") > largest for found in _LONG_PUT.finditer(content))
    if not suspect and _TEXT_PUT.search(content) is None:
        return
    source = io.BytesIO(content)
    while source.tell() < largest:
        for opcode, argument, _ in pickletools.genops(source):
            if opcode.name in {"LONG_BINPUT", "PUT"} and (not isinstance(argument, int) or argument > largest):
                raise ContentUnreadable(f"its memo has a place {argument}")


class _PickleWalk:
    """Goes through the values of a pickle, each shared one once."""

    def __init__(self, found: Gathering) -> None:
        self._found = found
        self._kept: dict[int, object] = {}

    def visit(self, name: str, value: Any, depth: int = 0) -> None:
        if isinstance(value, np.ndarray):
            if value.dtype.kind == "O":
                self._members(name, value.reshape(-1).tolist(), depth)
            else:
                gather_array(self._found, name or "array", value)
        elif isinstance(value, np.generic):
            gather_array(self._found, name, np.asarray(value))
        elif isinstance(value, (dict, list, tuple, set, frozenset, _Opaque)):
            self._members(name, value, depth)
        elif isinstance(value, (bytes, bytearray)):
            self._found.array(name, np.frombuffer(bytes(value), dtype=np.uint8).astype(np.float64))
        elif isinstance(value, dt.timedelta):
            self._found.number(name, value.total_seconds())
        elif not isinstance(value, (type, np.dtype)) and not callable(value):
            self._found.value(name, value)

    def _members(self, name: str, value: Any, depth: int) -> None:
        if id(value) in self._kept:
            return
        if depth > 200 or len(self._kept) > _MOST_OBJECTS:
            raise TooMuch("too many objects")
        self._kept[id(value)] = value  # kept alive, so that no other object gets its id
        if isinstance(value, dict):
            for key, member in value.items():
                self.visit(joined(name, _key(key)), member, depth + 1)
        elif isinstance(value, _Opaque):
            for member in (value.arguments, value.state, value.members):
                self.visit(name, member, depth + 1) if member is not None else None
            for key, member in value.items:
                self.visit(joined(name, _key(key)), member, depth + 1)
        else:
            members = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
            for member in members:
                self.visit(name, member, depth + 1)


def _key(key: object) -> str:
    return str(key) if isinstance(key, (str, int, float)) else type(key).__name__
