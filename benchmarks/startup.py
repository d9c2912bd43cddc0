"""What the start of a recorded process costs: ``python benchmarks/startup.py``; see docs/benchmarks.md.

An empty program is run by this interpreter with and without the environment that `bis run` gives a program: the real
injected start, and the end. Another installation of bis can be measured beside this one, in the same rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from environments import Unavailable
from measurement import Case, Series, interleave, measure
from reporting import report
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMAT = "bis.startup-benchmark"
VERSION = 1
_PROGRAM = {"program.py": "pass\n"}
_PLAIN = "plain python"
_IMPORT_TIMES = 7
_NOT_INHERITED = ("BIS_", "MLFLOW_", "PYTHON", "CI")

# Makes a session as `bis run program.py` does, and prints the environment of its program. Before the rooms of
# src/bis were built, the launcher was part of bis.record.
_SESSION = """
import json, os, sys
from pathlib import Path
try:
    from bis.launch.launcher import Entry, child_environment, new_session
except ImportError:
    from bis.record.launcher import Entry, child_environment, new_session
from bis.config import Settings
from bis.model.facets import EntryKind
from bis.model.record import Mode
folder = Path(sys.argv[1])
entry = Entry(EntryKind.SCRIPT, "program.py")
session = new_session(entry, mode=Mode.RUN, cwd=folder, project_root=folder, settings=Settings())
print(json.dumps(child_environment(session, os.environ)))
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 3 where that is not possible."""
    given = _parser().parse_args(arguments)
    pythons = {"recorded": sys.executable}
    if given.against:
        pythons[f"recorded by {given.against}"] = given.against
    return report(lambda scratch: measured(pythons, scratch, runs=given.runs), _print, given.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure what the start of a recorded process costs.")
    parser.add_argument("--runs", type=int, default=40, help="measured runs of each case, after one warm-up [40]")
    parser.add_argument("--against", metavar="PYTHON", help="a Python with another version of bis, to measure beside")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser


def measured(pythons: Mapping[str, str], scratch: Path, *, runs: int) -> dict[str, Any]:
    """The figures as a document: of a plain process, and of one recorded by the bis of each Python.

    Raises
    ------
    Unavailable
        A session cannot be made, or its program fails.
    """
    plain = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_INHERITED)}
    cases = [_case(_PLAIN, plain, lambda: None)]
    for number, (name, python) in enumerate(pythons.items()):
        environ = _environment_of(python, plain, scratch / f"bis-{number}")
        cases.append(_case(name, environ, _renewal(Path(environ["BIS_SPOOL"]))))
    series = interleave(cases, scratch / "work", runs=runs)
    for one in series:
        if not one.samples:
            raise Unavailable(f"{one.case.name}: {one.reason}")
    own = _modules(series[0].case, scratch)
    return {
        "format": FORMAT,
        "version": VERSION,
        "python": sys.version.split()[0],
        "runs": runs,
        "load": os.getloadavg()[0],
        "cases": [_figures(one, series[0], own, scratch) for one in series],
    }


def _case(name: str, environ: Mapping[str, str], settle: Callable[[], None]) -> Case:
    return Case(name, (sys.executable, "program.py"), environ, files=_PROGRAM, settle=settle)


def _environment_of(python: str, base: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment that the bis of this Python gives a program that it records."""
    folder.mkdir()
    try:
        done = subprocess.run(
            [python, "-c", _SESSION, str(folder)],
            env={**base, "BIS_HOME": str(folder / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise Unavailable(f"{python} cannot be started: {error.strerror}") from error
    if done.returncode:
        raise Unavailable(f"{python} makes no session: {done.stderr.strip().splitlines()[-1:]}")
    return dict(json.loads(done.stdout))


def _renewal(spool: Path) -> Callable[[], None]:
    """What makes a session new again, so that the process of each run is the session's first."""

    def renew() -> None:
        for path in (spool / "main.claim", *spool.glob("events-*.jsonl")):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    return renew


def _figures(one: Series, baseline: Series, known: dict[str, float], scratch: Path) -> dict[str, Any]:
    cpu = [sample.cpu_s for sample in one.samples]
    found: dict[str, Any] = {"name": one.case.name, "cpu_ms": median(cpu) * 1000, "min_ms": min(cpu) * 1000}
    if one is baseline:
        return found
    added = [mine.cpu_s - its.cpu_s for mine, its in zip(one.samples, baseline.samples, strict=True)]
    more = {k: v for k, v in _modules(one.case, scratch).items() if k not in known}
    ours = {k: v for k, v in more.items() if k.partition(".")[0] in {"bis", "sitecustomize"}}
    return {
        **found,
        "added_ms": median(added) * 1000,
        "added_min_ms": (min(cpu) - min(s.cpu_s for s in baseline.samples)) * 1000,
        "modules": len(ours),
        "modules_ms": sum(ours.values()),
        "library_modules": len(more) - len(ours),
        "library_ms": sum(more.values()) - sum(ours.values()),
    }


def _modules(case: Case, scratch: Path) -> dict[str, float]:
    """The modules that a process loads, each with the milliseconds of its own (median of some processes)."""
    seen: dict[str, list[float]] = {}
    timed = Case(case.name, (sys.executable, "-X", "importtime", "program.py"), case.environ, files=_PROGRAM)
    for _ in range(_IMPORT_TIMES):
        measure(timed, scratch / "imports")
        for name, own_ms in import_times((scratch / "output.txt").read_text(encoding="utf-8")).items():
            seen.setdefault(name, []).append(own_ms)
        if case.settle is not None:
            case.settle()
    return {name: median(times) for name, times in seen.items()}


def import_times(text: str) -> dict[str, float]:
    """The modules in what ``-X importtime`` printed, each with the milliseconds of its own."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        if line.startswith("import time:") and own.strip().isdigit():
            name = rest.partition("|")[2].strip()
            found[name] = found.get(name, 0.0) + int(own) / 1000
    return found


def _print(document: dict[str, Any]) -> None:
    console = Console()
    console = console if console.is_terminal else Console(width=120)
    console.print(
        f"Python {document['python']}, {document['runs']} runs of each after a warm-up, load {document['load']:.1f}; "
        "milliseconds of processor time (user and system)"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold")
    columns = {
        "cpu": "cpu_ms",
        "min": "min_ms",
        "added": "added_ms",
        "added (min)": "added_min_ms",
        "import bis": "modules_ms",
        "modules": "modules",
        "import library": "library_ms",
        "library modules": "library_modules",
    }
    for column in columns:
        table.add_column(column, justify="right")
    for case in document["cases"]:
        values = [case.get(key) for key in columns.values()]
        table.add_row(case["name"], *(_shown(value) for value in values))
    console.print(table)


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())
