"""A lock that is waited for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from bis._study.inherited_lock import alone_in
from bis.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


def test_one_waits_for_the_other(tmp_path: Path) -> None:
    """The second has it once the first has given it back."""
    order = []

    def second() -> None:
        with alone_in(tmp_path / "x" / "lock"):
            order.append("second")

    with alone_in(tmp_path / "x" / "lock"):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.1)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is an error that says so."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be written"), alone_in(tmp_path / "file" / "lock"):
        pass
