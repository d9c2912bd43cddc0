"""Tests of the table of Trackio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from bis._audit.trackers.trackio import TRACKER

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("trackio.log", "metric"),
        ("trackio.init.log", "metric"),
        ("trackio.run.Run.log_artifact", "artifact"),
        ("trackio.use_artifact", "dataset"),
        ("transformers.integrations.TrackioCallback", "metric param"),
        ("trackio.finish", ""),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


def test_a_script_that_puts_it_in_for_another(tmp_path: Path) -> None:
    """``import trackio as wandb``: what is traced is Trackio's."""
    (tmp_path / "a.py").write_text(
        "import trackio as wandb\nwandb.init(project='p', config={'a': 1})\nwandb.log({'a': 1})\n"
    )
    assert audit_project(tmp_path, "p").trackers == {"trackio": ("metric", "param")}
