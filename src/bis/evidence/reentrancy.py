"""Telling store calls of bis itself from those of the program in whose process it works."""

from __future__ import annotations

import threading

_DEPTH = threading.local()


class outermost:  # noqa: N801 (reads as a context: `with outermost() as first`)
    """True for the first store call on the stack: stores call their own methods, which must not count twice."""

    def __enter__(self) -> bool:
        _DEPTH.value = getattr(_DEPTH, "value", 0) + 1
        return bool(_DEPTH.value == 1)

    def __exit__(self, *exc: object) -> None:
        _DEPTH.value -= 1


class unobserved(outermost):  # noqa: N801
    """Store calls of bis itself, which are not part of any run: ``with unobserved(): ...``."""
