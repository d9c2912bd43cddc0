"""All of a kind are ended, those that appear meanwhile included."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from bis.launch.ending_processes import end_found

if TYPE_CHECKING:
    import pytest


def test_what_is_started_meanwhile_is_ended_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is killed once, also where it is still to be seen; one that has ended by itself is no error."""
    alive = {2, 3}
    killed: list[tuple[int, int]] = []

    def kill(pid: int, number: int) -> None:
        killed.append((pid, number))
        if pid == 2:
            alive.add(4)
        if pid == 3:
            raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    assert end_found(lambda: list(alive)) == {2, 3, 4}
    assert sorted(killed) == [(pid, signal.SIGKILL) for pid in (2, 3, 4)]


def test_who_starts_others_for_ever_does_not_hold_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives up after some rounds."""
    monkeypatch.setattr(os, "kill", lambda *_given: None)
    seen: list[int] = []

    def one_more() -> list[int]:
        seen.append(len(seen) + 2)
        return seen

    assert 2 < len(end_found(one_more)) < 100
