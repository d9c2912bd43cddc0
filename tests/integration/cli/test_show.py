"""``bis show``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bis.cli.main import main

if TYPE_CHECKING:
    import pytest


def test_facets_are_shown(run_id: str, capfd: pytest.CaptureFixture[str]) -> None:
    """By ``last``, by id and by prefix."""
    shown = []
    for reference in ("last", run_id, run_id[:10]):
        assert main(["show", reference]) == 0
        shown.append(capfd.readouterr().out)
    assert shown[0] == shown[1] == shown[2]
    for word in (run_id, "code", "environment", "randomness", "recorded"):
        assert word in shown[0]


def test_as_a_document(run_id: str, capfd: pytest.CaptureFixture[str]) -> None:
    """With its format and the run."""
    assert main(["show", "last", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert document["format"] == "bis.show"
    assert run_id in json.dumps(document)


def test_an_unknown_run(run_id: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit status 3, and what was looked for."""
    assert main(["show", "f" * 32]) == 3
    assert "f" * 32 in capfd.readouterr().err
