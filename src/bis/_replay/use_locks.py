"""Marks that a replay is using what is kept on this machine: locks, which the system takes back with the process."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis.model.kept_thing import KeptKind

try:
    import fcntl
except ImportError:  # Windows: files that are open cannot be removed there
    fcntl = None  # type: ignore[assignment]


def lock_name(kind: KeptKind, name: str) -> str:
    """Under which name something is marked."""
    return f"{kind.value}-{name}"


@contextmanager
def using(home: Path, name: str) -> Iterator[None]:
    """Mark something of the home of bis as used; any number of processes may use it at once.

    A home that cannot be written is no reason not to use what is there.
    """
    descriptor = _opened(home, name)
    try:
        if descriptor is not None and fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def removing(home: Path, name: str) -> Iterator[bool]:
    """Keep others from using it meanwhile; gives False where one does already."""
    descriptor = _opened(home, name)
    try:
        yield _taken(descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_used(home: Path, name: str) -> bool:
    """Whether a process uses it at this moment; nothing is written."""
    try:
        descriptor = os.open(_place(home, name), os.O_RDWR)
    except OSError:
        return False
    try:
        return not _taken(descriptor)
    finally:
        os.close(descriptor)


def _place(home: Path, name: str) -> Path:
    return home / "locks" / name


def _opened(home: Path, name: str) -> int | None:
    place = _place(home, name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        return os.open(place, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        return None


def _taken(descriptor: int | None) -> bool:
    if descriptor is None or fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
