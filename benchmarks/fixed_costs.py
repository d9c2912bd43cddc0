"""What each command costs where the program costs nothing: ``python benchmarks/fixed_costs.py``, docs/benchmarks.md.

A script of some milliseconds is recorded, shown, listed and replayed in a project with a SQLite store, beside the plain
script and beside ``import mlflow``. Another version of bis can be measured in the same rounds.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from cases import DATABASE, SCRIPT, STORE, Bench
from environments import Unavailable
from measurement import Case, Series, interleave, measure
from reporting import report
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMAT = "bis.fixed-costs-benchmark"
VERSION = 1
PROGRAM = {SCRIPT: "import random\nrandom.seed(1)\nprint('loss', random.random())\n"}
HERE = "here"
# Processor seconds; a replay's is what the command needs besides its program.
AIMS = {"bis show last": 0.5, "bis replay last -n 1": 1.5}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 3 where that is not possible."""
    given = _parser().parse_args(arguments)
    pythons = {HERE: sys.executable}
    if given.against:
        pythons[given.against] = given.against
    return report(lambda scratch: measured(pythons, scratch, rounds=given.rounds, only=given.only), _print, given.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure what the commands of bis cost with a program of no cost.")
    parser.add_argument("--rounds", type=int, default=10, help="measured rounds, after one warm-up [10]")
    parser.add_argument("--against", metavar="PYTHON", help="a Python with another version of bis, to measure beside")
    parser.add_argument("--only", action="append", default=[], metavar="CASE",
                        help="only cases whose names begin so; repeatable")  # fmt: skip
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser


def measured(pythons: Mapping[str, str], scratch: Path, *, rounds: int, only: Sequence[str] = ()) -> dict[str, Any]:
    """The figures as a document.

    Raises
    ------
    Unavailable
        The script cannot be recorded, a case fails, or none has such a name.
    """
    cases: dict[str, list[Case]] = {}
    for number, (name, python) in enumerate(pythons.items()):
        cases[name] = _cases(python, Bench({}, {}, scratch / f"bis-{number}"), plain=not number)
    chosen = [c for own in cases.values() for c in own if not only or c.name.startswith(tuple(only))]
    if not chosen:
        raise Unavailable(f"no case has a name that begins with {' or '.join(only)}")
    series = {id(one.case): one for one in interleave(chosen, scratch / "work", runs=rounds)}
    for one in series.values():
        if not one.samples:
            raise Unavailable(f"{one.case.name}: {one.reason}")
    return {
        "format": FORMAT,
        "version": VERSION,
        "python": sys.version.split()[0],
        "rounds": rounds,
        "load": os.getloadavg()[0],
        "cases": [
            _figures(series[id(case)], number) for number, own in enumerate(cases.values()) for case in own
            if id(case) in series
        ],
    }  # fmt: skip


def _cases(python: str, bench: Bench, *, plain: bool) -> list[Case]:
    """The cases of one Python. Those of reading and replaying share a store, in which the script was recorded once."""
    bench.scratch.mkdir(parents=True)
    bis = (python, "-m", "bis")
    shared = bench.environ(MLFLOW_TRACKING_URI=f"sqlite:///{bench.scratch / DATABASE}")
    recorded = Case("", (*bis, "run", "--wait", SCRIPT), shared, PROGRAM, settle=bench.settled)
    measure(recorded, bench.scratch / "recorded")
    existing = bench.scratch / "copied" / DATABASE
    existing.parent.mkdir()
    existing.write_bytes((bench.scratch / DATABASE).read_bytes())
    own = bench.environ(**STORE)
    beside = [
        Case("plain python", (python, SCRIPT), own, PROGRAM),
        Case("import mlflow", (python, "-c", "import mlflow"), bench.environ(BIS_RECORD="0")),
    ]
    return [
        *(beside if plain else ()),
        Case("bis run", (*bis, "run", SCRIPT), own, PROGRAM, (existing,), bench.settled),
        Case("bis run --wait", (*bis, "run", "--wait", SCRIPT), own, PROGRAM, (existing,), bench.settled),
        Case("bis run --wait, no database yet", recorded.command, own, PROGRAM, settle=bench.settled),
        Case("bis show last", (*bis, "show", "last"), shared),
        Case("bis runs", (*bis, "runs"), shared),
        Case("bis replay last -n 1", (*bis, "replay", "last", "-n", "1", "--yes"), shared),
        Case("bis replay last -n 3", (*bis, "replay", "last", "-n", "3", "--yes"), shared),
    ]


def _figures(one: Series, bis: int) -> dict[str, Any]:
    """The figures of a case; `bis` is the number of the version, 0 for the one that measures."""
    wall, cpu = [s.wall_s for s in one.samples], [s.cpu_s for s in one.samples]
    return {
        "name": one.case.name,
        "bis": bis,
        "wall_s": median(wall),
        "cpu_s": median(cpu),
        "least_cpu_s": min(cpu),
        "after_s": median(s.after_s for s in one.samples),
    }


def _print(document: dict[str, Any]) -> None:
    console = Console()
    console = console if console.is_terminal else Console(width=120)
    console.print(
        f"Python {document['python']}, {document['rounds']} rounds after a warm-up, load {document['load']:.1f}; "
        "medians, in seconds; processor time is that of the process and of the children that it waited for"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    rows = {case["name"]: {} for case in document["cases"]}
    for case in document["cases"]:
        rows[case["name"]][case["bis"]] = case
    versions = sorted({case["bis"] for case in document["cases"]})
    for number in versions:
        where = " (other)" if number else ""
        for column in ("cpu", "wall", "stored after"):
            table.add_column(f"{column}{where}", justify="right")
    table.add_column("aim (cpu)", justify="right")
    for name, found in rows.items():
        cells = [cell for number in versions for cell in _cells(found.get(number))]
        table.add_row(name, *cells, f"{AIMS[name]:.1f}" if name in AIMS else "")
    console.print(table)


def _cells(case: dict[str, Any] | None) -> tuple[str, ...]:
    if case is None:
        return ("",) * 3
    after = f"{case['after_s']:.2f}" if case["after_s"] > 0.05 else ""
    return f"{case['cpu_s']:.3f}", f"{case['wall_s']:.3f}", after


if __name__ == "__main__":
    sys.exit(main())
