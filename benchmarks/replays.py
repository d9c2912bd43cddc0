"""Replays per minute, warm and cold, beside ``mlflow run`` in a loop: ``python benchmarks/replays.py``.

A small scikit-learn experiment that is logged to MLflow is run as often by each, in the same rounds. It is explained
once, after a run for the bytecode.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from cases import DATABASE, SCRIPT, Bench
from environments import Unavailable
from measurement import Case, Series, interleave, measure
from reporting import report
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = "bis.replay-benchmark"
VERSION = 1
AIM = 10.0  # warm replays in the time of one `mlflow run`
EXPERIMENT = """
import mlflow
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

images, digits = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(images, digits)
train_x = train_x + np.random.default_rng().normal(size=train_x.shape)
with mlflow.start_run():
    mlflow.log_param("trees", 10)
    forest = RandomForestClassifier(10).fit(train_x, train_y)
    net = MLPClassifier((16,), max_iter=10).fit(train_x, train_y)
    scores = forest.predict_proba(test_x) + net.predict_proba(test_x)
    mlflow.log_metric("accuracy", np.mean(scores.argmax(1) == test_y))
"""
FILES = {SCRIPT: EXPERIMENT, "MLproject": f"name: digits\nentry_points:\n  main:\n    command: python {SCRIPT}\n"}
_LIMIT_S = 1200.0  # of a command of many replays
_FEW = 2  # replays of the command whose time is taken off: what begins once, cold start and parent included, is in it
LOOP, COLD, WARM = "mlflow run --env-manager local", "bis replay --cold", "bis replay"
EXPLAIN = "bis explain"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 3 where that is not possible."""
    given = _parser().parse_args(arguments)

    def take(scratch: Path) -> dict[str, Any]:
        return measured(scratch, rounds=given.rounds, times=given.times, only=given.only, warm_up=given.warm_up)

    return report(take, _print, given.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure replays per minute, beside `mlflow run` in a loop.")
    parser.add_argument("--rounds", type=int, default=1, help="measured rounds, after one warm-up [1]")
    parser.add_argument("--no-warm-up", dest="warm_up", action="store_false",
                        help="let the first round count, for a quick look")  # fmt: skip
    parser.add_argument("--times", type=int, default=8, help="replays of a command [8]")
    parser.add_argument("--only", action="append", default=[], metavar="CASE",
                        help="only cases whose names begin so; repeatable")  # fmt: skip
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser


def measured(
    scratch: Path, *, rounds: int, times: int, only: Sequence[str] = (), warm_up: bool = True
) -> dict[str, Any]:
    """The figures as a document.

    Raises
    ------
    Unavailable
        The experiment cannot be recorded, a case fails, or none has such a name.
    """
    bench = Bench({}, {}, scratch / "bench")
    bench.scratch.mkdir(parents=True)
    beside = str(Path(sys.executable).parent)
    environ = bench.environ(
        MLFLOW_TRACKING_URI=f"sqlite:///{bench.scratch / DATABASE}",
        PATH=os.pathsep.join((beside, os.environ.get("PATH", ""))),
    )
    # Runs that bis does not record go elsewhere: the latest run of the store is the one that is replayed.
    plain = {**environ, "BIS_RECORD": "0", "MLFLOW_TRACKING_URI": f"sqlite:///{bench.scratch / 'plain.db'}"}
    bis = (sys.executable, "-m", "bis")
    measure(Case("", (*bis, "run", "--wait", SCRIPT), environ, FILES, settle=bench.settled), scratch / "recorded")
    one = (sys.executable, "-m", "mlflow", "run", ".", "--env-manager", "local")
    every = [Case("the experiment alone", (sys.executable, SCRIPT), plain, FILES), Case(LOOP, one, plain, FILES)]
    for name, options in ((COLD, ("--cold",)), (WARM, ())):
        replay = (*bis, "replay", "last", "--yes", *options)
        every += [Case(f"{name} -n {n}", (*replay, "-n", str(n)), environ, limit_s=_LIMIT_S) for n in (_FEW, times)]
    explain = Case(EXPLAIN, (*bis, "explain", "last", "--yes"), environ, limit_s=_LIMIT_S)
    chosen = [case for case in every if not only or case.name.startswith(tuple(only))]
    if not chosen and only and not EXPLAIN.startswith(tuple(only)):
        raise Unavailable(f"no case has a name that begins with {' or '.join(only)}")
    series = {found.case.name: found for found in interleave(chosen, scratch / "work", runs=rounds, warm_up=warm_up)}
    for found in series.values():
        if not found.samples:
            raise Unavailable(f"{found.case.name}: {found.reason}")
    cases = _figures(series, times)
    if not only or EXPLAIN.startswith(tuple(only)):
        once = measure(explain, scratch / "explained")  # what it has made is kept: a second time would be too fast
        cases.append({"name": EXPLAIN, "wall_s": once.wall_s, "cpu_s": once.cpu_s,
                      "more_wall_s": once.wall_s, "more_cpu_s": once.cpu_s})  # fmt: skip
    return {
        "format": FORMAT,
        "version": VERSION,
        "python": sys.version.split()[0],
        "rounds": rounds,
        "times": times,
        "warm_up": warm_up,
        "load": os.getloadavg()[0],
        "cases": cases,
    }


def _figures(series: dict[str, Series], times: int) -> list[dict[str, Any]]:
    """Seconds for each run, with all that the command needs once, and for one more."""
    rows = []
    for name, count in (("the experiment alone", 1), (LOOP, 1), (COLD, times), (WARM, times)):
        many = series.get(name if count == 1 else f"{name} -n {count}")
        few = series.get(f"{name} -n {_FEW}")
        if many is None:
            continue
        row: dict[str, Any] = {"name": name}
        for unit in ("wall_s", "cpu_s"):
            all_of_them = [getattr(sample, unit) for sample in many.samples]
            row[unit] = median(all_of_them) / count
            row[f"more_{unit}"] = row[unit]
            if few is not None and count > _FEW:
                once = [getattr(sample, unit) for sample in few.samples]
                differences = [a - b for a, b in zip(all_of_them, once, strict=True)]
                row[f"more_{unit}"] = median(differences) / (count - _FEW)
        rows.append(row)
    return rows


def _print(document: dict[str, Any]) -> None:
    console = Console()
    console = console if console.is_terminal else Console(width=120)
    console.print(
        f"Python {document['python']}, {document['rounds']} rounds {'after a' if document['warm_up'] else 'without'} "
        f"warm-up, {document['times']} replays of a "
        f"command, load {document['load']:.1f}; medians. 'One more' is without what a command does once."
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for column in ("wall s", "cpu s", "per minute", "one more, wall s", "cpu s", "times mlflow run: wall", "cpu"):
        table.add_column(column, justify="right")
    loop = next((row for row in document["cases"] if row["name"] == LOOP), None)
    for row in document["cases"]:
        ratios = ("", "")
        if loop is not None:
            ratios = tuple(f"{loop[unit] / max(row[f'more_{unit}'], 1e-3):.1f}" for unit in ("wall_s", "cpu_s"))
        table.add_row(
            row["name"], f"{row['wall_s']:.2f}", f"{row['cpu_s']:.2f}", f"{60 / max(row['wall_s'], 1e-3):.0f}",
            f"{row['more_wall_s']:.2f}", f"{row['more_cpu_s']:.2f}", *ratios,
        )  # fmt: skip
    console.print(table)
    console.print(f"aim: {AIM:.0f} warm replays in the time of one mlflow run")


if __name__ == "__main__":
    sys.exit(main())
