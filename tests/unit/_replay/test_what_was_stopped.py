"""What was stopped is a deviation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bis._replay.what_was_stopped import programs_started, stopped
from bis.launch.sandbox.stand_ins import StandIns


class Seen:
    """A session with these events."""

    def __init__(self, **events: list[dict[str, Any]]) -> None:
        self._events = events

    def all(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind."""
        return self._events.get(kind.replace("-", "_"), [])


def test_each_place_and_address_is_named_once(tmp_path: Path) -> None:
    """Refusals, what was left in the place of covered folders, and what was not reached; caches are none of it."""
    made = StandIns(tmp_path / "outside", ["/somewhere/tmp"])
    ((_, folder),) = made.make([])
    (Path(folder) / "left").touch()
    seen = Seen(
        wrote_outside=[
            {"what": "refused", "path": "/data/x"},
            {"what": "refused", "path": "/data/x"},
            {"what": "cache", "path": "/home/u/.cache"},
            {"what": "later", "path": "/data/y"},
        ],
        network=[{"to": "example.org:443"}, {"to": "example.org:443"}],
        network_attempts=[{"count": 3}],
    )
    found = stopped(seen, made)  # type: ignore[arg-type]
    assert [(d.what, d.replayed) for d in found] == [
        ("writing to /data/x", "refused"),
        ("writing to /somewhere/tmp/left", "kept apart, and thrown away"),
        ("connecting to example.org:443", "not reached"),
    ]
    assert list(Path(folder).iterdir()) == []


def test_attempts_without_a_name_are_counted() -> None:
    """Of other programs and native code it is only known how often."""
    (found,) = stopped(Seen(network_attempts=[{"count": 2}]), None)  # type: ignore[arg-type]
    assert found.replayed == "not reached (2 attempts)"


def test_of_many_the_rest_is_counted() -> None:
    """A program that writes a thousand files outside has one line for most of them."""
    refused = [{"what": "refused", "path": f"/data/{n}"} for n in range(100)]
    network = [{"to": f"h{n}:1"} for n in range(100)]
    found = stopped(Seen(wrote_outside=refused, network=network), None)  # type: ignore[arg-type]
    assert [d.what for d in found if "more" in d.what] == ["writing to 80 more files", "connecting to 80 more"]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"command": ["/usr/bin/rm", "-rf", "x"], "python": False}, "rm"),
        ({"command": ["/bin/sh", "-c", "git push origin"], "python": False}, "git"),
        ({"command": ["cp a b"], "python": False}, "cp"),
        ({"command": ["sh", "-c", "'"], "python": False}, "sh"),
        ({"command": ["python", "child.py"], "python": True}, ""),
        ({"command": ["python", "-I", "child.py"], "python": True}, "python"),
        ({"command": ["python", "-sE", "child.py"], "python": True}, "python"),
        ({"command": ["python", "child.py"], "python": True, "bare": True}, "python"),
        ({"command": [], "python": False}, ""),
        ({"command": ["uname", "-p"], "python": False}, ""),
        ({"command": ["git", "rev-parse", "HEAD"], "python": False}, ""),
        ({"command": ["git", "push"], "python": False}, "git"),
    ],
)
def test_programs_that_are_not_watched_are_named(event: dict[str, Any], name: str) -> None:
    """Those that are not Python, and interpreters without the recorder."""
    assert programs_started(Seen(child=[event])) == ((name,) if name else ())  # type: ignore[arg-type]
