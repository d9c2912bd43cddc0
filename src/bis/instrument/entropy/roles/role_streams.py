"""Streams of entropy by role: requests in the scope of a role are answered from the root of that role."""

from __future__ import annotations

import sys

from bis.instrument.entropy.callers import at_import
from bis.instrument.entropy.roles.call_site import OTHER
from bis.instrument.entropy.sha3 import shake_256
from bis.instrument.entropy.streams import Streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_OF_ROLES = "role:"
_AT_IMPORT = "import/"
_OF_GENERATORS = frozenset({"numpy.random", "random", "torch"})  # first states: what is drawn from them is counted


class RoleStreams(Streams):
    """The streams of a process whose roles have roots of their own.

    Names of streams that begin with ``role:ROLE/`` are rooted in the root of that role; all others in that of the role
    ``other``. A draw in the scope of a role is one from the streams of that role. What libraries draw while they are
    imported is drawn from `root`, whatever the roots of roles: names, ids and keys, which are made before any replay.

    Parameters
    ----------
    root : bytes
        The root of roles that have none of their own.
    key : str
        The key of the process.
    roots : mapping of str to bytes
        By role, its own root.
    current : callable
        The role in whose scope this thread is.
    """

    def __init__(self, root: bytes, key: str, roots: Mapping[str, bytes], current: Callable[[], str]) -> None:
        self._root = root
        self._roots = dict(roots)
        self._current = current
        self.on_draw: Callable[[str, bytes], None] = _nothing
        super().__init__(root, key)

    def draw(self, name: str, size: int) -> bytes:
        """The next `size` bytes of the stream `name` of the role in whose scope this thread is."""
        if name not in _OF_GENERATORS and not name.startswith(_OF_ROLES) and at_import(sys._getframe(1)):  # noqa: SLF001 - the documented way to the caller
            return super().draw(_AT_IMPORT + name, size)
        role = self._current()
        drawn = super().draw(name if role == OTHER or name.startswith(_OF_ROLES) else role_stream(role, name), size)
        if name not in _OF_GENERATORS:
            self.on_draw(name, drawn)
        return drawn

    def for_role(self, role: str, name: str, bits: int) -> int:
        """An integer in [0, 2**bits), `bits` a multiple of 8, from a stream of a role."""
        return int.from_bytes(super().draw(role_stream(role, name), bits // 8), "big")

    def from_seed(self, role: str, generator: str, seed: str, size: int) -> bytes:
        """`size` bytes that depend on a seed and on the root of a role only: the same however often they are asked for.

        They do not depend on the process: a seed that is set in several processes gives the same numbers in each.
        """
        keyed = shake_256(self._roots.get(role, self._root))
        for text in ("seed", role, generator, seed):
            encoded = text.encode("utf-8", "surrogateescape")
            keyed.update(len(encoded).to_bytes(8, "big"))
            keyed.update(encoded)
        return bytes(keyed.digest(size))

    def first(self, name: str, size: int) -> bytes:
        """`size` bytes from which a generator of the role ``other`` begins, the same however often asked for."""
        return bytes(self._base(f"first/{name}").digest(size))

    def take(self, roots: Mapping[str, bytes]) -> None:
        """Go on as if roles had had these roots from the begin on."""
        self._roots = dict(roots)
        with self._lock:
            for name, stream in self._streams.items():
                stream.base = self._base(name)

    def drawn_for_roles(self) -> list[str]:
        """The streams that were drawn from and that depend on the roots of roles; first states are not among them."""
        return [name for name in self.positions() if name not in _OF_GENERATORS and not name.startswith(_AT_IMPORT)]

    def _base(self, name: str) -> Any:
        if name.startswith(_AT_IMPORT):
            return super()._base(name)
        role = name[len(_OF_ROLES) :].partition("/")[0] if name.startswith(_OF_ROLES) else OTHER
        base = shake_256(self._roots.get(role, self._root))
        for text in (self.key, name):
            encoded = text.encode("utf-8", "surrogateescape")
            base.update(len(encoded).to_bytes(8, "big"))
            base.update(encoded)
        return base


def _nothing(name: str, drawn: bytes) -> None:
    pass


def role_stream(role: str, name: str) -> str:
    """The name of a stream of a role."""
    return f"{_OF_ROLES}{role}/{name}"
