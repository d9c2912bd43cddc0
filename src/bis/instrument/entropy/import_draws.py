"""Draws from the program's `random` that a library makes while it is imported, for its own ends.

Which of its versions is installed, and who imports it when, would else shift what the program draws.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from bis.instrument.entropy.reports import Reports


class ImportDraws:
    """A hook that takes back what a module has drawn from `random` while it was executed.

    Where the program had set a seed before that, its numbers stay what they are without bis.

    Parameters
    ----------
    reports : Reports
        Knows whether the program has set a seed of `random`.
    """

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._state: object = None

    def before(self) -> None:
        """The module, which imports `random` itself, is about to be executed."""
        self._state = None if self._reports.calls("random.seed") else _shared().getstate()

    def __call__(self, module: ModuleType) -> None:
        """It was."""
        del module
        if self._state is not None:
            _shared().setstate(self._state)


def _shared() -> Any:
    import random  # with the library

    return getattr(random, "_inst")  # noqa: B009 - what its functions are methods of
