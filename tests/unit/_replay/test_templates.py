"""Databases that replays begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._replay.templates import keep_templates, lend_templates

if TYPE_CHECKING:
    from pathlib import Path


def test_each_replay_has_copies_of_its_own(tmp_path: Path) -> None:
    """What it does to them is not what others begin with; what it makes first is kept."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mlflow-1.db").write_text("old")
    lend_templates(kept, tmp_path / "own")
    (tmp_path / "own" / "mlflow-1.db").write_text("changed")
    (tmp_path / "own" / "mlflow-2.db").write_text("new")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "own" / "mlflow-3.db").symlink_to(tmp_path / "secret")
    keep_templates(tmp_path / "own", kept)
    assert {p.name: p.read_text() for p in kept.iterdir()} == {"mlflow-1.db": "old", "mlflow-2.db": "new"}


def test_nothing_to_lend_is_no_failure(tmp_path: Path) -> None:
    """The first replay of all makes one."""
    lend_templates(tmp_path / "none", tmp_path / "own")
    keep_templates(tmp_path / "own", tmp_path / "none")
    assert not (tmp_path / "none").exists()
