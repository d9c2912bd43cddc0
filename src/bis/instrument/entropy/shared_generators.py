"""Generators that a whole program shares (of `random`, of NumPy): whether anything was drawn from them.

Libraries seed them when they are loaded, which says nothing of whether the program uses them. Looking at a state
consumes nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class SharedGenerators:
    """The generators by name, each with the state in which it began.

    As a context: what is drawn within it is not the program's doing (MLflow names a run), so that a generator which
    nobody had used before counts as untouched after it, too.
    """

    def __init__(self) -> None:
        self._began: dict[str, tuple[Callable[[], bytes], bytes]] = {}
        self._untouched: list[list[str]] = []

    def began(self, name: str, read: Callable[[], bytes], state: bytes) -> None:
        """Note the state in which a generator begins; `read` gives its present one."""
        self._began[name] = (read, state)

    def begin_again(self) -> None:
        """Take the present states as those in which the generators begin: in the child after a fork."""
        for name in list(self._began):
            self._renew(name)

    def begins_anew(self, name: str) -> None:
        """Take the present state of one as that in which it begins."""
        if name in self._began:
            self._renew(name)

    @property
    def readers(self) -> dict[str, Callable[[], bytes]]:
        """By name, what gives the present state of each."""
        return {name: read for name, (read, _) in self._began.items()}

    def untouched(self) -> list[str]:
        """The generators from which nothing was drawn."""
        return sorted(name for name, (read, state) in list(self._began.items()) if _state(read) == state)

    def __enter__(self) -> None:
        """Begin what is not the program's doing."""
        self._untouched.append(self.untouched())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        for name in self._untouched.pop():
            self._renew(name)

    def _renew(self, name: str) -> None:
        read, _ = self._began[name]
        state = _state(read)
        if state is None:
            del self._began[name]
        else:
            self._began[name] = (read, state)


def _state(read: Callable[[], bytes]) -> bytes | None:
    """The present state; None where it cannot be told, since the program put another generator in its place."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - a program may replace what is read
        return None
