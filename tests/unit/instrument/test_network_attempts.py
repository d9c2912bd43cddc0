"""What a program tried to reach, by name and by count."""

from __future__ import annotations

from typing import Any

import pytest

from bis.instrument.network_attempts import NetworkAttempts, attempts


class Notes:
    """A recorder that keeps what is noted."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, dict[str, Any]]] = []

    def note(self, kind: str, **facts: Any) -> None:
        """Keep it."""
        self.noted.append((kind, facts))


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (("example.org", 443), ["example.org:443"]),
        ((b"example.org", "https"), ["example.org:https"]),
        (("192.0.2.1", 80), ["192.0.2.1:80"]),
        (("2001:db8::1", 80, 0, 0), ["2001:db8::1:80"]),
        (("example.org", None), ["example.org"]),
        (("localhost", 80), []),
        (("127.0.0.2", 80), []),
        (("::1", 80, 0, 0), []),
        ((None, 80), []),
        ("/run/service", []),
        (None, []),
    ],
)
def test_addresses_elsewhere_are_named_once(address: Any, named: list[str]) -> None:
    """Those of this machine, and of its file system, are not."""
    notes = Notes()
    watched = NetworkAttempts(notes, counts=False)  # type: ignore[arg-type]
    for _ in range(2):
        watched._name(address)
    assert notes.noted == [("network", {"to": name}) for name in named]


def test_nothing_is_noted_where_nothing_was_tried() -> None:
    """Neither where the network is not the program's own, so that the counts are of all."""
    notes = Notes()
    NetworkAttempts(notes, counts=False).note_count()  # type: ignore[arg-type]
    assert notes.noted == []
    assert attempts() >= 0
