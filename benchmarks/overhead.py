"""What recording and replaying cost: ``python benchmarks/overhead.py``; see docs/benchmarks.md.

Whole processes are measured from outside, in turn, against the same script without bis, and beside other trackers in
virtual environments of their own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from cases import (
    Bench,
    database,
    import_cases,
    label,
    mlflow_cases,
    replay_cases,
    replay_costs,
    script_cases,
    startup_cases,
)
from environments import PEERS, Environment, Unavailable, default_cache, ensure, shared_pins
from figures import FORMAT, VERSION, Document, aims, group, load, machine, replay
from measurement import interleave
from programs import MLFLOW, PLAIN
from reporting import report, tell
from rich.console import Console
from tables import print_document

GROUPS = ("startup", "script", "mlflow", "replay")
_NAMES = {
    "Sacred": "sacred",
    "wandb": "wandb",
    "ClearML": "clearml",
    "noWorkflow": "noworkflow",
    "ReproZip": "reprozip",
}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 3 where the environments cannot be made."""
    given = _parser().parse_args(arguments)
    if given.show:
        print_document(json.loads(given.show.read_text(encoding="utf-8")), _console())
        return 0
    begin = load()

    def measured(scratch: Path) -> Document:
        bench = _bench(given, scratch)
        groups = _measure(bench, given)
        return {
            "format": FORMAT,
            "version": VERSION,
            "machine": machine(_versions(bench)),
            "load": {"start": begin, "end": load()},
            "runs": given.runs,
            "groups": groups,
            "aims": aims(groups),
        }

    return report(measured, lambda document: print_document(document, _console()), given.json)


def _console() -> Console:
    """The terminal; in a pipe wide enough for the tables."""
    found = Console()
    return found if found.is_terminal else Console(width=120)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure what bis costs, beside other trackers.")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each case, after one warm-up [5]")
    parser.add_argument("--quick", action="store_true", help="2 runs, no peers, 1,000 values with a database only")
    parser.add_argument("--full", action="store_true", help="also 3,000 values")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="groups to measure [all]")
    parser.add_argument("--peers", default="all", help=f"all, none, or some of {','.join(PEERS)}")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="folder of the virtual environments")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--show", type=Path, help="print the tables of such a file, and measure nothing")
    return parser


def _bench(given: argparse.Namespace, scratch: Path) -> Bench:
    """Make the environments. Peers that cannot be installed are kept with the reason; without ours nothing works."""
    if given.quick:
        given.runs, given.peers = min(given.runs, 2), "none"
    cache = given.cache.expanduser().absolute()
    tell("installing: plain, bis")
    plain = ensure("plain", cache, pins={})
    pins = shared_pins(plain)
    environments: dict[str, Environment] = {"plain": plain, "bis": ensure("bis", cache, pins=pins)}
    wanted = {"all": PEERS, "none": ()}.get(given.peers, tuple(given.peers.split(",")))
    missing = {name: "unknown; see --help" for name in wanted if name not in PEERS}
    for name in wanted if "script" in given.only else ():
        if name in missing:
            continue
        tell(f"installing: {name}")
        try:
            environments[name] = ensure(name, cache, pins=pins)
        except Unavailable as error:
            missing[name] = str(error)
    (scratch / "home").mkdir()
    return Bench(environments, missing, scratch)


def _measure(bench: Bench, given: argparse.Namespace) -> list[Document]:
    work = bench.scratch / "work"
    existing = database(bench)
    groups = []
    if "startup" in given.only:
        groups += [
            group("startup", "Starting", interleave(startup_cases(bench), work, runs=given.runs, tell=tell)),
            group("import", "Import of MLflow", interleave(import_cases(bench), work, runs=given.runs, tell=tell)),
        ]
    if "script" in given.only:
        tell("script without MLflow")
        series = interleave(script_cases(bench, existing), work, runs=given.runs, tell=tell)
        missing = {label(name): reason for name, reason in bench.missing.items()}
        groups.append(group("script", "Script without MLflow, 20 values", series, missing))
    if "mlflow" in given.only:
        counts = [1000, 3000] if given.full else [1000]
        for values in counts:
            groups += _mlflow_groups(bench, values, existing, given)
    if "replay" in given.only:
        for name, tail, values in (("script", PLAIN, 20), ("mlflow", MLFLOW, 1000)):
            tell(f"replay: {name}")
            series = interleave(replay_cases(bench, name, tail, values), work, runs=given.runs, tell=tell)
            what = "script without MLflow" if name == "script" else f"script with MLflow, {values:,} values"
            groups.append(replay(f"replay-{name}", f"Replay: {what}", series, replay_costs(series)))
    return groups


def _mlflow_groups(bench: Bench, values: int, existing: Path, given: argparse.Namespace) -> list[Document]:
    groups = []
    kinds: dict[str, Path | None] = {"a database that exists": existing}
    if not given.quick:
        kinds["no database yet"] = None
    for what, copied in kinds.items():
        tell(f"script with MLflow: {values:,} values, {what}")
        series = interleave(mlflow_cases(bench, values, copied), bench.scratch / "work", runs=given.runs, tell=tell)
        key = f"mlflow-{values}-{'fresh' if copied is None else 'existing'}"
        groups.append(group(key, f"Script with MLflow: {values:,} values, {what}", series))
    return groups


def _versions(bench: Bench) -> dict[str, str]:
    """The versions that the figures belong to."""
    found = {}
    ours = bench.environments["bis"].versions()
    for name in ("bis", "mlflow", "scikit-learn", "numpy"):
        found[name] = ours.get(name, "?")
    for peer, environment in bench.environments.items():
        if peer in _NAMES:
            found[peer] = environment.versions().get(_NAMES[peer], "?")
    return found


if __name__ == "__main__":
    sys.exit(main())
