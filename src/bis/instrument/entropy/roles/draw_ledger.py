"""What was drawn: by role and by place in the user's code, with a digest for each role.

A digest is a sum over what was drawn, so that it is the same in whatever order threads draw and objects are given up.
"""

from __future__ import annotations

from _thread import RLock

from bis.instrument.entropy.sha3 import sha3_256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MODULO = 1 << 256
_MOST_PLACES = 2000


class Owner:
    """On whose account is drawn: a role, the call site of the registry, and the line of the user's code.

    Without a role it is nobody's: of a library that draws while it is imported. Where it does not count, it is a seed
    from which others draw, who count.
    """

    __slots__ = ("counts", "file", "line", "role", "site")

    def __init__(self, role: str, site: str = "", file: str = "", line: int = 0, *, counts: bool = True) -> None:
        self.role = role
        self.site = site
        self.file = file
        self.line = line
        self.counts = counts

    @property
    def place(self) -> str:
        """The line, without the folder, which is another one in each replay."""
        return f"{self.file.rpartition('/')[2]}:{self.line}"

    def is_like(self, other: Owner) -> bool:
        """Whether both are the same account."""
        return (self.line, self.role, self.site, self.file, self.counts) == (
            other.line,
            other.role,
            other.site,
            other.file,
            other.counts,
        )


class DrawLedger:
    """The draws of one process."""

    def __init__(self) -> None:
        self.begin_again()

    def begin_again(self) -> None:
        """Forget all: in the child after a fork, whose parent reports its own draws."""
        self._lock = RLock()
        self._draws: dict[str, int] = {}
        self._places: dict[tuple[str, str, int, str], int] = {}
        self._digests: dict[str, int] = {}
        self._seeded: set[str] = set()
        self._uncounted: dict[str, int] = {}

    def drew(self, owner: Owner, numbers: int, what: bytes) -> None:
        """Numbers were drawn; `what` tells them from others."""
        if numbers <= 0 or not owner.role or not owner.counts:
            return
        with self._lock:
            self._draws[owner.role] = self._draws.get(owner.role, 0) + numbers
            place = (owner.role, owner.file, owner.line, owner.site)
            if place in self._places or len(self._places) < _MOST_PLACES:
                self._places[place] = self._places.get(place, 0) + numbers
            self._mix(owner.role, what)

    def drew_unknown(self, owner: Owner, what: bytes) -> None:
        """Numbers were drawn, but how many cannot be told: they count as one."""
        if not owner.role or not owner.counts:
            return
        with self._lock:
            self._uncounted[owner.role] = self._uncounted.get(owner.role, 0) + 1
            self.drew(owner, 1, what)

    def forget(self, owner: Owner, numbers: int, what: bytes) -> None:
        """What was drawn turned out to be a seed for others, who count."""
        with self._lock:
            place = (owner.role, owner.file, owner.line, owner.site)
            if self._draws.get(owner.role, 0) < numbers or self._places.get(place, 0) < numbers:
                return
            self._draws[owner.role] -= numbers
            self._places[place] -= numbers
            self._mix(owner.role, what, sign=-1)
            if not self._places[place]:
                del self._places[place]
            if not self._draws[owner.role]:
                del self._draws[owner.role]

    def is_seeded(self, role: str) -> None:
        """Some draws of a role come from a seed that the program set."""
        self._seeded.add(role)

    def report(self) -> list[dict[str, Any]]:
        """By role: how many numbers were drawn, their digest, and where."""
        with self._lock:
            places = sorted(self._places.items())
            return [
                {
                    "role": role,
                    "draws": draws,
                    "digest": f"{self._digests[role]:064x}",
                    "seeded": role in self._seeded,
                    "uncounted": self._uncounted.get(role, 0),
                    "places": [
                        {"file": file, "line": line, "site": site, "draws": number}
                        for (owner, file, line, site), number in places
                        if owner == role
                    ],
                }
                for role, draws in sorted(self._draws.items())
            ]

    def _mix(self, role: str, what: bytes, *, sign: int = 1) -> None:
        value = int.from_bytes(sha3_256(what).digest(), "big")
        self._digests[role] = (self._digests.get(role, 0) + sign * value) % _MODULO
