"""The benchmark of what the commands cost: one round of some of its cases. No timings are checked."""

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
def fixed_costs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program, found as when it is started."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("fixed_costs")


@pytest.mark.slow
def test_one_round_is_measured_and_printed(
    fixed_costs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script is recorded once, shown and replayed; the plain one stands beside, and the aims."""
    file = tmp_path / "figures.json"
    only = ["--only", "plain", "--only", "bis show", "--only", "bis replay last -n 1"]
    assert fixed_costs.main(["--rounds", "1", "--json", str(file), *only]) == 0
    plain, show, replay = json.loads(file.read_text())["cases"]
    assert [plain["name"], show["name"], replay["name"]] == ["plain python", "bis show last", "bis replay last -n 1"]
    assert 0 < plain["cpu_s"] < show["cpu_s"] < replay["cpu_s"]
    printed = capsys.readouterr().out
    assert all(words in printed for words in ("plain python", "bis show last", "aim (cpu)", "1.5"))


def test_a_python_without_bis_is_explained(
    fixed_costs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing can be recorded the reason is printed, and the status is 3."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no bis here >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(fixed_costs.Unavailable, match="no bis here"):
        fixed_costs.measured({"here": str(broken)}, tmp_path / "scratch", rounds=1)


def test_versions_are_printed_side_by_side(fixed_costs: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each case, with the figures of both; what only one of them has is empty."""

    def case(name: str, bis: int, cpu_s: float) -> dict[str, Any]:
        return {"name": name, "bis": bis, "wall_s": 2 * cpu_s, "cpu_s": cpu_s, "least_cpu_s": cpu_s, "after_s": 0.0}

    cases = [case("plain python", 0, 0.02), case("bis show last", 0, 0.3), case("bis show last", 1, 3.25)]
    fixed_costs._print({"python": "3.11.7", "rounds": 3, "load": 0.5, "cases": cases})
    rows = {line[:13].strip(): line.split() for line in capsys.readouterr().out.splitlines()}
    assert rows["bis show last"][3:] == ["0.300", "0.600", "3.250", "6.500", "0.5"]
    assert rows["plain python"][2:] == ["0.020", "0.040"]
