"""Distinguishes what bis does in a thread of the program from what the program does."""

from __future__ import annotations

from _thread import _local  # what `threading.local` is; threading takes 3 ms to load


class OwnWork(_local):
    """Marks the current thread: ``with own_work: ...`` for work of bis; `going_on` says whether it is under way."""

    going_on = 0

    def __enter__(self) -> None:
        self.going_on += 1

    def __exit__(self, *exc: object) -> None:
        self.going_on -= 1
