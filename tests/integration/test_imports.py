"""What an import really loads, in fresh interpreters, and the contracts of import-linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import ROOT

HEAVY = ("numpy", "scipy", "mlflow", "click", "rich", "blake3", "threadpoolctl", "pandas", "torch", "tensorflow")


def test_imports_go_one_way() -> None:
    """The layers and the other contracts of import-linter are kept."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def loaded_by(statement: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sorted(set(sys.modules) & {set(HEAVY)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["bis", "bis.config", "bis.errors", "bis.model.record", "bis.model.verdict"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    """What the recorder and the plug-in import in users' programs needs the standard library only."""
    assert loaded_by(f"import {module}") == set()
