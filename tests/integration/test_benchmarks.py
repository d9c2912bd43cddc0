"""The benchmark's own parts: programs, samples of (tiny) processes, figures, the printed tables. No timings."""

from __future__ import annotations

import importlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.wait4")


@pytest.fixture(autouse=True)
def _modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmark is a folder of programs, not a package: its modules are found as when it is started."""
    monkeypatch.syspath_prepend(str(FOLDER))


def module(name: str) -> Any:
    """A module of the benchmark."""
    return importlib.import_module(name)


def series(name: str, *walls: float) -> Any:
    """Canned measurements of a case; the processor time is half of the wall time."""
    measurement = module("measurement")
    case = measurement.Case(name, ("true",), {})
    samples = [measurement.Sample(wall_s=w, cpu_s=w / 2, peak_mib=100.0) for w in walls]
    return measurement.Series(case, samples)


def document() -> dict[str, Any]:
    """A document made of canned measurements: bis meets one aim and misses another."""
    figures = module("figures")
    broken = series("ReproZip")
    broken.failures, broken.reason = 2, "cannot be run: status 1: no ptrace here"
    groups = [
        figures.group("startup", "Starting", [series("python -c pass", 0.02, 0.02), series("bis --help", 0.1, 0.1)]),
        figures.group(
            "script",
            "Script without MLflow, 20 values",
            [series("plain python", 2.0, 4.0), series("bis run", 2.5, 4.5), series("Sacred", 2.3, 4.3), broken],
            {"noWorkflow": "cannot be installed: no such package"},
        ),
    ]
    return {
        "format": figures.FORMAT,
        "version": figures.VERSION,
        "machine": {**figures.machine({"bis": "0.1.0"}), "cores": 2},
        "load": {"start": 5.0, "end": 1.0},
        "runs": 2,
        "groups": groups,
        "aims": figures.aims(groups),
    }


@pytest.mark.parametrize("values", [20, 500, 1000, 3000])
def test_programs_tell_as_many_values_as_asked(values: int) -> None:
    """The work tells its values in the chosen number; each tail is Python after it."""
    programs = module("programs")
    for tail in (programs.PLAIN, programs.MLFLOW, programs.SACRED, programs.WANDB, programs.CLEARML):
        text = programs.program(tail, values=values)
        compile(text, "train.py", "exec")
        names: dict[str, Any] = {}
        exec(text.splitlines()[0], names)  # noqa: S102 (our own line of constants)
        assert names["STEPS"] // names["EVERY"] * len(names["NAMES"]) == values


def test_cases_are_measured_in_turn_and_failures_are_kept_with_their_reason(tmp_path: Path) -> None:
    """Each case runs once more than asked (the warm-up), in a fresh folder; one that fails says why."""
    measurement = module("measurement")
    count = "open(__import__('os').environ['COUNT'], 'a').write('x'); open('new', 'x')"
    environ = {**os.environ, "COUNT": str(tmp_path / "count")}
    good = measurement.Case("good", (sys.executable, "-c", count), environ)
    bad = measurement.Case("bad", (sys.executable, "-c", "print('no licence'); raise SystemExit(3)"), environ)
    absent = measurement.Case("absent", (str(tmp_path / "nothing"),), environ)
    found = measurement.interleave([good, bad, absent], tmp_path / "scratch", runs=2)
    assert [len(one.samples) for one in found] == [2, 0, 0]
    assert (tmp_path / "count").read_text() == "xxx"
    assert found[1].reason == "cannot be run: status 3: no licence"
    assert found[2].reason == "cannot be started: No such file or directory"
    assert all(s.cpu_s > 0 and s.peak_mib > 1 and s.wall_s > 0 for s in found[0].samples)


def test_ratios_are_taken_within_rounds() -> None:
    """What is added to a round is compared with the baseline of that round, whatever the other rounds were like."""
    bis = document()["groups"][1]["cases"][1]
    assert bis["added_wall_s"] == pytest.approx(0.5)
    assert bis["wall_ratio"] == pytest.approx((1.25 + 1.125) / 2)
    assert bis["added_cpu_s"] == pytest.approx(0.25)


def test_aims_are_judged() -> None:
    """`bis run` is held against what Sacred adds, `bis --help` against its limit; nothing unmeasured is judged."""
    aims = document()["aims"]
    assert [(a["aim"], a["met"]) for a in aims] == [
        ("bis run adds no more than Sacred (wall)", False),
        ("bis run adds no more than Sacred (cpu)", False),
        ("bis --help (wall)", True),
    ]
    assert aims[0]["limit"] == pytest.approx(0.3)


def test_cost_of_a_replay_is_what_one_more_adds() -> None:
    """Five replays in 14 s and one in 6 s make 2 s each: half a second more than the program; 4 s are the command's."""
    cases = module("cases")
    costs = cases.replay_costs([series("alone", 1.5), series("-n 1", 6.0), series("-n 5", 14.0)])
    assert costs["s"] == [cases.Cost(own_s=0.5, fixed_s=4.0)]
    assert costs["cpu_s"] == [cases.Cost(own_s=0.25, fixed_s=2.0)]


def test_tables_are_printed_from_a_file(tmp_path: Path) -> None:
    """--show prints every case, measured or with its reason, the aims, and that the machine was busy."""
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    command = [sys.executable, str(FOLDER / "overhead.py"), "--show", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = {line.split("  ")[0]: line.split() for line in done.stdout.splitlines()}
    assert rows["bis run"][2:] == ["3.50", "2.50-4.50", "+0.50", "1.19", "1.75", "+0.25", "1.19", "100"]
    assert "ReproZip: cannot be run: status 1: no ptrace here" in done.stdout
    assert "noWorkflow: cannot be installed: no such package" in done.stdout
    assert rows["bis run adds no more than Sacred (wall)"][-1] == "missed"
    assert rows["bis --help (wall)"][-1] == "met"
    assert "load 5.0 at the start" in done.stdout


def test_no_line_of_the_document_names_the_machine() -> None:
    """The figures can be published: neither the host's name nor a path stands in them."""
    text = json.dumps(document())
    assert os.uname().nodename not in text
    assert str(Path.home()) + "/" not in text


def test_width_of_the_tables() -> None:
    """No line is wider than the 120 columns that a pipe gets."""
    from rich.console import Console

    out = io.StringIO()
    module("tables").print_document(document(), Console(file=out, width=120))
    assert max(len(line) for line in out.getvalue().splitlines()) <= 120
