"""What a listing of many runs costs, beside MLflow's own search, on the same SQLite database and in turn.

10,000 runs are written to a database by bulk inserts: 5 params, 5 metrics and 10 tags each.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sql
from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
from rich.console import Console
from rich.table import Table

from bis.evidence.run_index import RunIndex, SearchIndex, all_runs
from bis.evidence.sql_run_index import sql_index
from bis.evidence.sqlite_reader import SqliteReader
from bis.evidence.store import EvidenceStore
from bis.model.stored_runs import RunFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARAMS = ("lr", "epochs", "batch_size", "depth", "seed")
METRICS = ("loss", "accuracy", "f1", "auc", "seconds")
LEVELS = ("bitwise", "numerical", "statistical", "divergent", "inconclusive")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: wall times of all rounds and the median of processor time, in seconds; and the rows found."""

    name: str
    median_s: float
    least_s: float
    most_s: float
    cpu_s: float
    rows: int


def main() -> int:
    """Write the database, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="runs in the database [10000]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds after a warm-up [3]")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bis-listing-") as name:
        store = EvidenceStore(f"sqlite:///{name}/mlflow.db")
        ids = fill(store, options.runs)
        store = EvidenceStore(store.tracking_uri)  # the database was new, and left to MLflow
        figures = measure(cases(store, ids), rounds=options.rounds)
    document = {"runs": options.runs, "rounds": options.rounds, "figures": [asdict(f) for f in figures]}
    if options.json:
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    Console(width=100).print(table(document))
    return 0


def fill(store: EvidenceStore, count: int) -> list[str]:
    """Write runs as a project would have them after a while, a fifth of them replays; their ids, oldest first."""
    engine = store._client._tracking_client.store.engine  # noqa: SLF001 (bulk inserts go past every interface)
    rng = random.Random(1)
    ids = [f"{rng.getrandbits(128):032x}" for _ in range(count)]
    tables: dict[Any, Callable[[int, str], Iterator[dict[str, Any]]]] = {
        SqlRun: _run,
        SqlParam: lambda _, run: ({"key": k, "value": str(rng.random()), "run_uuid": run} for k in PARAMS),
        SqlMetric: lambda _, run: (_metric(k, run, rng.random()) for k in METRICS),
        SqlLatestMetric: lambda _, run: (_metric(k, run, rng.random()) for k in METRICS),
        SqlTag: lambda i, run: ({"key": k, "value": v, "run_uuid": run} for k, v in tags(i, ids, rng).items()),
    }
    with engine.begin() as connection:
        for model, rows in tables.items():
            connection.execute(sql.insert(model.__table__), [row for i, run in enumerate(ids) for row in rows(i, run)])
    return ids


def _run(number: int, run_id: str) -> Iterator[dict[str, Any]]:
    started = 1_700_000_000_000 + number * 60_000
    yield {
        "run_uuid": run_id,
        "name": f"run-{number}",
        "source_type": "LOCAL",
        "source_name": "train.py",
        "entry_point_name": "",
        "user_id": "somebody",
        "status": "FINISHED",
        "start_time": started,
        "end_time": started + 30_000,
        "lifecycle_stage": "active",
        "artifact_uri": f"mlruns/0/{run_id}/artifacts",
        "experiment_id": 0,
    }


def _metric(name: str, run_id: str, value: float) -> dict[str, Any]:
    return {"key": name, "value": value, "timestamp": 0, "step": 0, "is_nan": False, "run_uuid": run_id}


def tags(number: int, ids: list[str], rng: random.Random) -> dict[str, str]:
    """Ten tags: four of MLflow, six of bis."""
    common = {
        "mlflow.user": "somebody",
        "mlflow.source.name": "train.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.runName": f"run-{number}",
        "bis.version": "0.1.0",
    }
    if number % 5 == 4:
        replay = {"bis.mode": "replay", "bis.replay.of": ids[number - 1], "bis.replay.kind": "exact"}
        return {**common, **replay, "bis.replay.index": "0", "bis.replay.same_metrics": "5/5"}
    verdict = {"bis.mode": "run", "bis.state": "finished", "bis.verdict": rng.choice(LEVELS), "bis.replays": "5"}
    return {**common, **verdict, "bis.digest": f"{rng.getrandbits(256):064x}"}


def cases(store: EvidenceStore, ids: list[str]) -> dict[str, Callable[[], int]]:
    """What is measured: each gives the number of rows that it found."""
    client = store._client  # noqa: SLF001 (the same client for both sides)
    ours = store._reader  # noqa: SLF001 (the part that lists)
    assert isinstance(ours, SqliteReader)
    by_engine = sql_index(client._tracking_client.store)  # noqa: SLF001 (as bis does for other databases)
    assert by_engine is not None
    prefix = ids[len(ids) // 3][:10]

    def listed(index: RunIndex, wanted: RunFilter, limit: int | None, *, metrics: bool = False) -> Callable[[], int]:
        return lambda: len(list(all_runs(index, wanted, limit=limit, metrics=metrics)))

    def search(limit: int | None = None, found: Callable[[Any], bool] = lambda _: True) -> Callable[[], int]:
        def work() -> int:
            token, count = None, 0
            while True:
                page = client.search_runs(["0"], max_results=min(limit or 1000, 1000), page_token=token)
                count += sum(1 for run in page if found(run))
                token = page.token
                if not token or limit is not None:
                    return count

        return work

    everything = RunFilter(replays=True)
    return {
        "all runs: bis": listed(ours, everything, None),
        "all runs with metrics: bis": listed(ours, everything, None, metrics=True),
        "all runs: bis, by the engine that MLflow has": listed(by_engine, everything, None),
        "all runs: MLflow's search_runs": search(),
        f"latest {PAGE}: bis": listed(ours, RunFilter(), PAGE),
        f"latest {PAGE}: MLflow's search_runs": search(PAGE),
        "runs with a verdict of one level: bis": listed(ours, RunFilter(tags={"bis.verdict": "divergent"}), None),
        "a prefix: bis": listed(ours, RunFilter(prefix=prefix, replays=True), 2),
        "a prefix: bis, through a server": listed(SearchIndex(client), RunFilter(prefix=prefix, replays=True), 2),
        "a prefix: all runs walked": search(found=lambda run: run.info.run_id.startswith(prefix)),
    }


def measure(todo: dict[str, Callable[[], int]], *, rounds: int) -> list[Figure]:
    """Measure all in turn, after a warm-up."""
    times: dict[str, list[float]] = {name: [] for name in todo}
    busy: dict[str, list[float]] = {name: [] for name in todo}
    rows = {}
    for turn in range(rounds + 1):
        sys.stderr.write("warm-up\n" if turn == 0 else f"round {turn} of {rounds}\n")
        for name, work in todo.items():
            started, used = time.perf_counter(), time.process_time()
            rows[name] = work()
            if turn:
                times[name].append(time.perf_counter() - started)
                busy[name].append(time.process_time() - used)
    return [
        Figure(name, statistics.median(t), min(t), max(t), statistics.median(busy[name]), rows[name])
        for name, t in times.items()
    ]


def table(document: dict[str, Any]) -> Table:
    """The figures for a terminal."""
    title = f"{document['runs']:,} runs in SQLite, {document['rounds']} rounds after a warm-up"
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    made.add_column("", overflow="fold")
    for name in ("wall s", "min-max", "cpu s", "rows"):
        made.add_column(name, justify="right", no_wrap=True)
    for one in document["figures"]:
        span = f"{one['least_s']:.3f}-{one['most_s']:.3f}"
        made.add_row(one["name"], f"{one['median_s']:.3f}", span, f"{one['cpu_s']:.3f}", f"{one['rows']:,}")
    return made


if __name__ == "__main__":
    sys.exit(main())
