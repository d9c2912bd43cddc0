"""``bis verify``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bis.cli.main import main
from bis.evidence.store import EvidenceStore
from bis.model.facets import Curve

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def measured(project: Path, store_uri: str) -> str:
    """A run with a metric."""
    store = EvidenceStore(store_uri)
    run_id = store.create("Default", "r", {}, started_unix_s=1.0)
    store.log(run_id, (Curve("mse", (0,), ((0.12345).hex(),)),), {})
    return run_id


@pytest.mark.parametrize(("figure", "code"), [("0.123", 0), ("0.12", 0), ("0.124", 1)])
def test_figures_are_compared_as_they_are_printed(
    measured: str, project: Path, capfd: pytest.CaptureFixture[str], figure: str, code: int
) -> None:
    """At the precision of the table."""
    (project / "table.csv").write_text(f"test MSE\n{figure}\n")
    assert main(["verify", measured, "--expect", "table.csv", "--map", "test MSE=mse"]) == code
    assert "mse" in capfd.readouterr().out.lower()


def test_saved_outputs_are_of_notebooks(run_id: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A script has none."""
    assert main(["verify", run_id, "--expect", "saved-outputs"]) == 2
    assert "not of a notebook" in capfd.readouterr().err


def test_saved_outputs_have_no_columns(run_id: str, capfd: pytest.CaptureFixture[str]) -> None:
    """What is meant for a table is refused, not passed over."""
    assert main(["verify", run_id, "--expect", "saved-outputs", "--map", "a=b"]) == 2
    assert "--map names columns of a table" in capfd.readouterr().err


def test_saved_outputs_are_compared_with_the_executed_notebook(
    project: Path, store_uri: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where that was not kept, as in older records, with the texts that were recorded."""
    pytest.importorskip("nbclient")
    shown = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "0.125"}}
    cell = {"cell_type": "code", "source": "1 / 8", "metadata": {}, "outputs": [shown], "execution_count": 1, "id": "a"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (project / "n.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert main(["run", "--wait", "n.ipynb"]) == 0
    capfd.readouterr()
    store = EvidenceStore(store_uri)
    run_id = store.find("last")
    folder = store.artifact_folder(run_id)
    assert folder is not None
    for kept in (True, False):
        assert (folder / "bis" / "notebook.ipynb").exists() is kept
        assert main(["verify", run_id, "--expect", "saved-outputs"]) == 0
        assert "bitwise: 1 of 1 saved result agrees" in capfd.readouterr().out
        (folder / "bis" / "notebook.ipynb").unlink(missing_ok=True)
