"""Commits of a repository, read from its objects without git, as long as they are few and stored as git usually does.

git keeps an object in a file of its own, or with others in a pack that has an index beside it. What is stored in other
ways, is damaged or is missing is left to git, and so is a long history: for each commit git is the faster one, but
starting it takes as long as reading some hundred of them.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

MOST_COMMITS = 150
_LARGEST = 1 << 18  # bytes of a commit; git has no limit
_LARGEST_SLICE = 1 << 20  # bytes of the names in an index that start alike
_MOST_PACKS = 50
_MOST_BASES = 50  # git makes chains of at most 50 differences
_INDEX = b"\xfftOc\x00\x00\x00\x02"
_FANOUT = struct.Struct(">256I")
_COMMIT, _OFFSET_DELTA, _NAME_DELTA = 1, 6, 7
_PARENT = re.compile(rb"parent ([0-9a-f]{40}(?:[0-9a-f]{24})?)\n")
_HEAD = re.compile(
    rb"tree [0-9a-f]+\n((?:parent [0-9a-f]+\n)*)author [^\n]*\ncommitter [^\n]*[^\n>]> ([0-9]{1,11}) [+-][0-9]{4}\n"
)
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class _UnusualError(Exception):
    """Something is stored in a way that only git can read."""


def commit_times(objects: Path, commit: str, ends: Collection[str] = ()) -> list[int] | None:
    """When a commit and those before it were made, in seconds since 1970 and in no order.

    Parameters
    ----------
    objects : Path
        The repository's folder of objects.
    commit : str
        The whole id of one that is in it.
    ends : collection of str
        Commits whose parents are not looked for: those at which a shallow clone ends.

    Returns
    -------
    list of int or None
        None where only git can say it.
    """
    if not hasattr(os, "pread"):  # Windows
        return None
    times: list[int] = []
    pending, seen = [commit], {commit}
    try:
        with _Objects(objects, len(commit) // 2) as stored:
            while pending:
                if len(seen) > MOST_COMMITS:
                    return None
                name = pending.pop()
                parents, made = _parsed(stored.commit(name))
                times.append(made)
                fresh = {p.decode("ascii") for p in parents} - seen if name not in ends else set()
                seen |= fresh
                pending += fresh
    except (OSError, ValueError, IndexError, struct.error, zlib.error, _UnusualError):
        return None
    return times


def _parsed(content: bytes) -> tuple[list[bytes], int]:
    head = _HEAD.match(content)
    if head is None:
        raise _UnusualError
    return _PARENT.findall(head[1]), int(head[2])


class _Objects:
    """The objects of a repository, of which the files that were needed stay open until the end."""

    def __init__(self, folder: Path, name_bytes: int) -> None:
        self._folder = folder
        self._width = name_bytes
        self._packs: list[_Pack] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> _Objects:  # noqa: PYI034 (Self is typing's from 3.11 on)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def commit(self, name: str) -> bytes:
        """The content of a commit."""
        content = self._alone(name)
        if content is None:
            content = self._packed(bytes.fromhex(name))
        digest = hashlib.sha256 if self._width == 32 else hashlib.sha1
        if digest(b"commit %d\0%b" % (len(content), content)).hexdigest() != name:
            raise _UnusualError
        return content

    def _alone(self, name: str) -> bytes | None:
        try:
            descriptor = os.open(f"{self._folder}/{name[:2]}/{name[2:]}", _FLAGS)
        except FileNotFoundError:
            return None
        try:
            content = _inflated(os.read(descriptor, _LARGEST), _LARGEST)
        finally:
            os.close(descriptor)
        head, _zero, body = content.partition(b"\0")
        if head != b"commit %d" % len(body):
            raise _UnusualError
        return body

    def _packed(self, name: bytes) -> bytes:
        if self._packs is None:
            self._packs = self._opened()
        for pack in self._packs:
            offset = pack.offset_of(name)
            if offset is not None:
                return pack.commit_at(offset)
        raise _UnusualError

    def _opened(self) -> list[_Pack]:
        with os.scandir(f"{self._folder}/pack") as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(".idx"))
        if len(names) > _MOST_PACKS:
            raise _UnusualError
        return [_Pack(f"{self._folder}/pack/{name[:-4]}", self._width, self._stack) for name in names]


class _Pack:
    """A pack and its index, of the second version."""

    def __init__(self, path: str, name_bytes: int, stack: ExitStack) -> None:
        self._width = name_bytes
        self._index, self._content = os.open(f"{path}.idx", _FLAGS), -1
        stack.callback(os.close, self._index)
        head = os.pread(self._index, len(_INDEX) + _FANOUT.size, 0)
        if not head.startswith(_INDEX):
            raise _UnusualError
        self._fanout = _FANOUT.unpack_from(head, len(_INDEX))
        self._names = len(head)
        self._path, self._stack = path, stack

    def offset_of(self, name: bytes) -> int | None:
        """Where an object is; None where it is not in this pack."""
        first = self._fanout[name[0] - 1] if name[0] else 0
        count = self._fanout[name[0]] - first
        if not 0 <= count * self._width <= _LARGEST_SLICE:
            raise _UnusualError
        names = os.pread(self._index, count * self._width, self._names + first * self._width)
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            found = names[middle * self._width : (middle + 1) * self._width]
            if found == name:
                return self._offset(first + middle)
            low, high = (middle + 1, high) if found < name else (low, middle)
        return None

    def _offset(self, number: int) -> int:
        every = self._fanout[255]
        start = self._names + every * (self._width + 4)  # after the names and a checksum for each
        (offset,) = struct.unpack(">I", os.pread(self._index, 4, start + 4 * number))
        if offset & 0x80000000:
            raise _UnusualError  # in a pack of more than two gigabytes
        return int(offset)

    def commit_at(self, offset: int) -> bytes:
        """The commit at this place, made from the one that it is a difference to where it is stored as such."""
        if self._content < 0:
            self._content = os.open(f"{self._path}.pack", _FLAGS)
            self._stack.callback(os.close, self._content)
        differences: list[bytes] = []
        for _ in range(_MOST_BASES + 1):
            kind, size, head, start = self._entry(offset)
            if kind == _OFFSET_DELTA:
                back, start = _backwards(head, start)
                base = offset - back
            elif kind == _NAME_DELTA:
                found = self.offset_of(head[start : start + self._width])
                if found is None:
                    raise _UnusualError
                base, start = found, start + self._width
            elif kind != _COMMIT:
                raise _UnusualError
            content = self._inflated(head, start, offset, size)
            if kind == _COMMIT:
                for difference in reversed(differences):
                    content = _applied(content, difference)
                return content
            differences.append(content)
            offset = base
        raise _UnusualError

    def _entry(self, offset: int) -> tuple[int, int, bytes, int]:
        """Kind and size of an entry, its first bytes, and where in these the rest starts."""
        head = os.pread(self._content, 1024, offset)
        kind, size, shift, place = head[0] >> 4 & 7, head[0] & 15, 4, 0
        while head[place] & 0x80:
            place += 1
            size |= (head[place] & 0x7F) << shift
            shift += 7
        if size > _LARGEST:
            raise _UnusualError
        return kind, size, head, place + 1

    def _inflated(self, head: bytes, start: int, offset: int, size: int) -> bytes:
        most = size + (size >> 3) + 64  # what cannot be compressed becomes a little longer
        packed = head[start:] if len(head) >= start + most else os.pread(self._content, most, offset + start)
        content = _inflated(packed, size + 1)
        if len(content) != size:
            raise _UnusualError
        return content


def _inflated(packed: bytes, most: int) -> bytes:
    engine = zlib.decompressobj()
    content = engine.decompress(packed, most)
    if not engine.eof:
        raise _UnusualError
    return content


def _backwards(head: bytes, start: int) -> tuple[int, int]:
    """How far before an entry its base is, and where the rest of the entry starts."""
    value = head[start] & 0x7F
    while head[start] & 0x80:
        start += 1
        value = (value + 1 << 7) | head[start] & 0x7F
    return value, start + 1


def _applied(base: bytes, difference: bytes) -> bytes:
    """What a difference makes of its base: pieces of it, and new ones."""
    base_size, place = _number(difference, 0)
    size, place = _number(difference, place)
    if base_size != len(base) or size > _LARGEST:
        raise _UnusualError
    made = bytearray()
    while place < len(difference):
        code = difference[place]
        place += 1
        if not code & 0x80:
            made += difference[place : place + code]
            place += code
            continue
        start = length = 0
        for bit in range(4):
            if code & 1 << bit:
                start |= difference[place] << 8 * bit
                place += 1
        for bit in range(3):
            if code & 0x10 << bit:
                length |= difference[place] << 8 * bit
                place += 1
        made += base[start : start + (length or 0x10000)]
        if len(made) > size:
            break
    if len(made) != size:
        raise _UnusualError
    return bytes(made)


def _number(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[place]
        value |= (byte & 0x7F) << shift
        shift += 7
        place += 1
        if not byte & 0x80:
            return value, place
