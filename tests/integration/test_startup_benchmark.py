"""The benchmark of a recorded process's start: its parts, and one round of it. No timings are checked."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.wait4")


@pytest.fixture
def startup(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program, found as when it is started."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("startup")


def test_times_of_imports_are_read(startup: Any) -> None:
    """Each module has the time of its own, without that of what it imports; other lines are left out."""
    text = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       390 |        390 |   _io\nsome other line\n"
        "import time:      1000 |       1390 | io\n"
    )
    assert startup.import_times(text) == {"_io": 0.39, "io": 1.0}


def test_one_round_is_measured_and_printed(startup: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plain process loads nothing of bis, a recorded one the instrument; another installation stands beside."""
    file = tmp_path / "figures.json"
    assert startup.main(["--runs", "1", "--json", str(file), "--against", sys.executable]) == 0
    plain, recorded, other = json.loads(file.read_text())["cases"]
    assert set(plain) == {"name", "cpu_ms", "min_ms"}
    assert recorded["modules"] == other["modules"] > 10
    assert recorded["cpu_ms"] > 0
    printed = capsys.readouterr().out
    assert all(words in printed for words in ("plain python", "recorded", "added"))


def test_a_python_without_bis_is_explained(startup: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no session can be made the reason is printed, and the status is 3."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no bis here >&2\nexit 1\n")
    broken.chmod(0o755)
    assert startup.main(["--runs", "1", "--against", str(broken)]) == 3
    assert "no bis here" in capsys.readouterr().err


def test_a_python_that_is_not_there_is_explained(startup: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, and no figures."""
    assert startup.main(["--runs", "1", "--against", "/no/such/python"]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "/no/such/python cannot be started" in line
