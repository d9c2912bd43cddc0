"""What the recorder of randomness reports to the recorder of the run."""

from __future__ import annotations

from typing import Protocol


class EntropyObserver(Protocol):
    """Receives what was seen; its own failures are swallowed, since the user's program goes on whatever happens.

    Each process of a run has its own observer. After a fork the child goes on with a copy of its parent's.
    """

    def seed(self, api: str, value: object, file: str, line: int, helper: str = "") -> None:
        """The program set a seed: `api` was called with `value` from this line of the user's code.

        Where a library made the call, `api` ends in `` (in package)``, and where no user code is on the stack `file`
        is ``<package>``. `helper` is the package's function for setting seeds that the user's code called, such as
        ``seed_everything``. `value` is None, a bool, int, float or str.
        """

    def state(self, generator: str, digest: str, state: str | None) -> None:
        """A generator's state right after its module was loaded; in passive mode with the state, to restore it."""

    def deviation(self, what: str, seed: str, role: str, file: str, line: int) -> None:
        """In this replay a seed of the program is drawn from the root of a role: `what`, set by this line."""

    def draws(self, key: str, roles: list[dict[str, object]]) -> None:
        """The process with this key drew so much until now, by role."""

    def uncontrolled(self, what: str, why: str) -> None:
        """A source of randomness was used that cannot be replayed from the root."""

    def failed(self, what: str, error: BaseException) -> None:
        """A hook failed; the user's program was not affected, the record is incomplete."""
