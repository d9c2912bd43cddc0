"""``bis diff``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bis.cli.main import main
from bis.evidence.store import EvidenceStore

if TYPE_CHECKING:
    import pytest


def test_a_run_does_not_differ_from_itself(run_id: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit status 0."""
    assert main(["diff", run_id, "last"]) == 0
    assert "same" in capfd.readouterr().out


def test_what_differs_is_shown(run_id: str, store_uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit status 1; other arguments, another status."""
    assert main(["run", "--wait", "train.py", "--lr"]) == 1
    other = EvidenceStore(store_uri).find("last")
    assert main(["diff", run_id, other]) == 1
    assert "--lr" in capfd.readouterr().out
    assert main(["diff", run_id, other, "--json"]) == 1
    assert json.loads(capfd.readouterr().out)["format"] == "bis.diff"
