"""The benchmark of replays per minute. No timings are checked."""

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
def replays(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program, found as when it is started."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("replays")


@pytest.mark.slow
def test_one_round_is_measured_and_printed(
    replays: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The experiment is run by MLflow, and replayed."""
    file = tmp_path / "figures.json"
    monkeypatch.setattr(replays, "_FEW", 1)  # beside three, which are the fewest of which one is warm and trusted
    only = ["--only", "mlflow run", "--only", "bis replay -n"]
    assert replays.main(["--no-warm-up", "--rounds", "1", "--times", "3", "--json", str(file), *only]) == 0
    loop, warm = json.loads(file.read_text())["cases"]
    assert [loop["name"], warm["name"]] == ["mlflow run --env-manager local", "bis replay"]
    assert 0 < warm["more_cpu_s"] < loop["cpu_s"]
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 rounds without warm-up" in printed
    assert "aim: 10 warm replays" in printed


def test_one_more_is_without_what_a_command_does_once(replays: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten replays in 20 s, two in 12 s: one more takes one second, ten times as often as a run of MLflow in 10 s."""
    measurement = importlib.import_module("measurement")

    def series(name: str, seconds: float) -> Any:
        case = measurement.Case(name, (), {})
        return measurement.Series(case, [measurement.Sample(seconds, seconds / 2, 1.0)])

    given = {
        name: series(name, seconds)
        for name, seconds in {replays.LOOP: 10.0, f"{replays.WARM} -n 2": 12.0, f"{replays.WARM} -n 10": 20.0}.items()
    }
    loop, warm = rows = replays._figures(given, 10)
    assert (loop["wall_s"], loop["more_wall_s"]) == (10.0, 10.0)
    assert (warm["wall_s"], warm["more_wall_s"], warm["more_cpu_s"]) == (2.0, 1.0, 0.5)
    replays._print({"python": "3.11.7", "rounds": 1, "times": 10, "warm_up": True, "load": 0.5, "cases": rows})
    printed = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("bis replay")]
    assert printed == [["bis", "replay", "2.00", "1.00", "30", "1.00", "0.50", "10.0", "10.0"]]
