"""``bis runs``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bis.cli.main import main
from bis.evidence.store import EvidenceStore

if TYPE_CHECKING:
    import pytest


def test_runs_are_listed(run_id: str, store_uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    """As a table and as a document, those with a verdict on request."""
    store = EvidenceStore(store_uri)
    store.create("other", "older", {"bis.verdict": "divergent", "bis.replays": "2"}, started_unix_s=1.0)
    assert main(["runs"]) == 0
    table = capfd.readouterr().out
    assert run_id[:8] in table
    assert "older" in table
    assert main(["runs", "--verdict", "divergent", "--experiment", "other", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert (document["format"], [r["name"] for r in document["runs"]]) == ("bis.runs", ["older"])
    assert main(["runs", "--limit", "1"]) == 0
    assert "older" not in capfd.readouterr().out


def test_a_level_that_does_not_exist(project: object, capfd: pytest.CaptureFixture[str]) -> None:
    """A mistake in the command, with the levels that there are."""
    assert main(["runs", "--verdict", "good"]) == 2
    assert "divergent" in capfd.readouterr().err
