"""Marks that something is used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bis._replay.use_locks import is_used, lock_name, removing, using
from bis.model.kept_thing import KeptKind

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of this kind")


def test_many_use_it_and_none_removes_it_meanwhile(tmp_path: Path) -> None:
    """Two users at once; after the last one it can be removed, and then not be used until that is done."""
    assert not is_used(tmp_path, "x")
    with using(tmp_path, "x"), using(tmp_path, "x"):
        assert is_used(tmp_path, "x")
        with removing(tmp_path, "x") as free:
            assert not free
    assert not is_used(tmp_path, "x")
    with removing(tmp_path, "x") as free:
        assert free
        assert is_used(tmp_path, "x")
    assert not is_used(tmp_path, "x")


def test_a_home_that_cannot_be_written_is_used_without_a_mark(tmp_path: Path) -> None:
    """A replay works from a home that is read-only, and asking whether something is used writes nothing."""
    (tmp_path / "file").write_text("")
    with using(tmp_path / "file", "x"):
        pass
    assert not is_used(tmp_path, "y")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_names_of_two_kinds_do_not_meet() -> None:
    """A source and an environment of one name have marks of their own."""
    assert lock_name(KeptKind.SOURCE, "a") != lock_name(KeptKind.ENVIRONMENT, "a")
