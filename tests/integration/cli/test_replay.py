"""``bis replay``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis.cli.main import main
from bis.evidence.store import EvidenceStore

if TYPE_CHECKING:
    from pathlib import Path


def test_an_unseeded_program_replays(run_id: str, store_uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Bit for bit, from its recorded root; as a document too."""
    assert main(["replay", "last", "-n", "1", "--env", "current"]) == 0
    assert "bitwise" in capfd.readouterr().out
    assert main(["replay", "last", "-n", "1", "--env", "current", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["format"] == "bis.verdict"
    assert EvidenceStore(store_uri).find("last") == run_id


def test_a_dry_run_runs_nothing(run_id: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The plan is printed, as text and as a document."""
    assert main(["replay", "last", "--dry-run"]) == 0
    assert "train.py" in capfd.readouterr().out
    assert main(["replay", "last", "--dry-run", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["format"] == "bis.plan"


def test_kept_workspaces_are_named(run_id: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Where they are is told apart from the verdict."""
    assert main(["replay", "last", "-n", "1", "--env", "current", "--keep"]) == 0
    assert "the workspace is kept in" in capfd.readouterr().err


@pytest.mark.parametrize("option", [["--set", "lr"], ["--tolerance", "loss=x"], ["--data", "/no/such/folder"]])
def test_options_that_mean_nothing(option: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """Usage errors, before any store is asked."""
    assert main(["replay", "last", *option]) == 2
