"""The script with which continuous integration tries versions of MLflow and bare installations."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import ROOT


@pytest.mark.skipif(sys.platform == "win32", reason="bash")
def test_a_program_is_recorded_shown_and_replayed() -> None:
    """The script ends well here, with the versions that are installed."""
    command = ["bash", str(ROOT / "scripts" / "smoke.sh"), str(Path(sys.executable).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smoke: ok with MLflow" in done.stdout


def test_an_environment_without_bis_is_told(tmp_path: Path) -> None:
    """The script fails where there is no bis."""
    done = subprocess.run(["bash", ROOT / "scripts" / "smoke.sh", tmp_path], capture_output=True, check=False)
    assert done.returncode != 0
