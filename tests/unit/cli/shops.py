"""A project in which a metric is logged without a step, for tests of ``bis audit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

GOOD = "x = 1\n"
LOOP = "import mlflow\nmlflow.log_param('a', 1)\nfor i in range(9):\n    mlflow.log_metric('loss', i)\n"
REPAIRED = LOOP.replace("'loss', i)", "'loss', i, step=i)")


def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project in which a metric is logged without a step."""
    path = tmp_path / "shop"
    path.mkdir()
    (path / "train.py").write_text(LOOP, encoding="utf-8")
    monkeypatch.chdir(path)
    monkeypatch.setenv("BIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")
    return path
