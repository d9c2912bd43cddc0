"""An observer that keeps the reports that it receives."""

from __future__ import annotations

import pytest


class Told:
    """Keeps facts as tuples, each with its kind first."""

    def __init__(self) -> None:
        self.facts: list[tuple[object, ...]] = []

    def seed(self, api: str, value: object, file: str, line: int, helper: str = "") -> None:
        """A seed was set."""
        self.facts.append(("seed", api, value, file, line, *([helper] if helper else [])))

    def state(self, generator: str, digest: str, state: str | None) -> None:
        """A generator has this state."""
        self.facts.append(("state", generator, digest, state))

    def deviation(self, what: str, seed: str, role: str, file: str, line: int) -> None:
        """A seed does not count."""
        self.facts.append(("deviation", what, seed, role, file, line))

    def draws(self, key: str, roles: list[dict[str, object]]) -> None:
        """What was drawn."""
        self.facts.append(("draws", key, roles))

    def uncontrolled(self, what: str, why: str) -> None:
        """A source is out of our hands."""
        self.facts.append(("uncontrolled", what, why))

    def failed(self, what: str, error: BaseException) -> None:
        """A hook failed."""
        self.facts.append(("failed", what, str(error)))


@pytest.fixture
def told() -> Told:
    """An observer with no facts yet."""
    return Told()
