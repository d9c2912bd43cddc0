"""The deterministic generator that answers requests for the operating system's entropy.

Security: while a process is served, everything that it asks the operating system for (`os.urandom`, `secrets`,
`uuid4`, key generation through Python) can be derived from the root, and the root is part of the record. Whoever can
read the record can derive these values. Entropy that OpenSSL draws for itself (TLS) is not served.
"""

from __future__ import annotations

from _thread import RLock

from bis.instrument.entropy.sha3 import sha3_256, shake_256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_BLOCK = 1 << 20  # the hash of some builds refuses to give more than 2^29 bytes at once


class _Stream:
    """One sequence of draws: its keyed hash, its counter, and a digest of what was asked of it."""

    __slots__ = ("base", "draws", "nbytes", "seen")

    def __init__(self, base: Any, name: str) -> None:
        self.base = base
        self.draws = 0
        self.nbytes = 0
        self.seen: Any = sha3_256(name.encode("utf-8", "surrogateescape"))


class Streams:
    """Independent streams of bytes, each SHAKE-256(root | key of the process | name of the stream | counter).

    A draw from one stream never shifts another. Safe to use from several threads and from signal handlers.

    Parameters
    ----------
    root : bytes
        The root of the run.
    key : str
        The key of the process.
    """

    def __init__(self, root: bytes, key: str) -> None:
        self._root = root
        self.rekey(key)

    def rekey(self, key: str) -> None:
        """Start all over as another process; to be called in the child after a fork."""
        self.key = key
        self._streams: dict[str, _Stream] = {}
        self._lock = RLock()  # the old one may be held by a thread that does not exist in a child

    def draw(self, name: str, size: int) -> bytes:
        """The next `size` bytes of the stream `name`."""
        with self._lock:
            stream = self._streams.get(name)
            if stream is None:
                stream = self._streams[name] = _Stream(self._base(name), name)
            counter = stream.draws
            stream.draws += 1
            stream.nbytes += size
            stream.seen.update(size.to_bytes(8, "big"))
            keyed = stream.base.copy()
        keyed.update(counter.to_bytes(8, "big"))
        if size <= _BLOCK:
            return bytes(keyed.digest(size))
        blocks = []
        for start in range(0, size, _BLOCK):
            block = keyed.copy()
            block.update(start.to_bytes(8, "big"))
            blocks.append(block.digest(min(_BLOCK, size - start)))
        return b"".join(blocks)

    def integer(self, name: str, bits: int) -> int:
        """An integer in [0, 2**bits), `bits` a multiple of 8, from the stream `name`."""
        return int.from_bytes(self.draw(name, bits // 8), "big")

    def draws(self, name: str) -> int:
        """How often the stream `name` was drawn from."""
        stream = self._streams.get(name)
        return 0 if stream is None else stream.draws

    def positions(self) -> dict[str, int]:
        """By stream, how often it was drawn from."""
        with self._lock:
            return {name: stream.draws for name, stream in self._streams.items()}

    def go_to(self, positions: Mapping[str, int]) -> None:
        """Take each stream to where it was after so many draws, the others to their begin."""
        with self._lock:
            for name in positions.keys() - self._streams.keys():
                self._streams[name] = _Stream(self._base(name), name)
            for name, stream in self._streams.items():
                stream.draws = positions.get(name, 0)

    def trace(self) -> Mapping[str, dict[str, int | str]]:
        """Per stream the number of draws, their bytes, and a digest over (stream, counter, number of bytes)."""
        with self._lock:
            return {
                name: {"draws": stream.draws, "bytes": stream.nbytes, "digest": stream.seen.hexdigest()}
                for name, stream in sorted(self._streams.items())
            }

    def _base(self, name: str) -> Any:
        base = shake_256(self._root)
        for text in (self.key, name):
            encoded = text.encode("utf-8", "surrogateescape")
            base.update(len(encoded).to_bytes(8, "big"))
            base.update(encoded)
        return base
