"""What is measured: the groups of cases, each with its baseline first."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from environments import PEERS, Environment, Unavailable
from measurement import Case, Series, measure
from programs import CLEARML, MLFLOW, PLAIN, SACRED, WANDB, program

SCRIPT = "train.py"
DATABASE = "mlflow.db"
STORE = {"MLFLOW_TRACKING_URI": f"sqlite:///{DATABASE}"}
REPLAYS = 5
_SETTLING_S = 120.0


@dataclass(frozen=True, slots=True)
class Bench:
    """Where things are: the environments by name, those that are missing with the reason, and a scratch folder."""

    environments: Mapping[str, Environment]
    missing: Mapping[str, str]
    scratch: Path

    def environ(self, **more: str) -> dict[str, str]:
        """What the measured processes find: nothing of Python's, MLflow's or ours, one thread, no telemetry."""
        ours = ("PYTHON", "BIS_", "MLFLOW_", "VIRTUAL_ENV", "CI")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        silent = {
            "DO_NOT_TRACK": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "WANDB_ERROR_REPORTING": "false",
            "WANDB_SILENT": "true",
            "REPROZIP_USAGE_STATS": "off",
        }
        homes = {"HOME": str(self.scratch / "home"), "BIS_HOME": str(self.scratch / "bis-home"), "BIS_WAIT": "0"}
        return {**kept, **threads, **silent, **homes, **more}

    def program(self, environment: str, name: str = "python") -> str:
        """The path of a program of one of the environments."""
        return self.environments[environment].program(name)

    def settled(self) -> None:
        """Wait until what bis does in the background has ended.

        Raises
        ------
        Unavailable
            It failed, or takes longer than two minutes.
        """
        deadline = time.monotonic() + _SETTLING_S
        for session in (self.scratch / "bis-home" / "sessions").glob("*"):
            while not (session / "stored.json").exists():
                problem = session / "storing.error"
                if problem.exists() or time.monotonic() > deadline:
                    shutil.rmtree(session)
                    raise Unavailable("the recording was not stored")
                time.sleep(0.02)
            # A user's old sessions are few; those of a benchmark would make each later look for waiting ones slower.
            shutil.rmtree(session)


def database(bench: Bench) -> Path:
    """A tracking database with one run, as every project but a new one has."""
    folder = bench.scratch / "database"
    text = {SCRIPT: program(MLFLOW, values=20)}
    measure(Case("", (bench.program("plain"), SCRIPT), bench.environ(**STORE), text), folder)
    return folder / DATABASE


def script_cases(bench: Bench, existing: Path) -> list[Case]:
    """A script without MLflow: plain, under bis, and with each peer that is there."""
    plain = {SCRIPT: program(PLAIN, values=20)}
    environ = bench.environ(**STORE)
    bis = bench.program("bis", "bis")
    cases = [
        Case("plain python", (bench.program("plain"), SCRIPT), environ, plain),
        Case("bis run", (bis, "run", SCRIPT), environ, plain, (existing,), bench.settled),
        Case("bis run --wait", (bis, "run", "--wait", SCRIPT), environ, plain, (existing,)),
        Case("bis run --wait, no database yet", (bis, "run", "--wait", SCRIPT), environ, plain),
    ]
    return [*cases, *(case for name in PEERS if name in bench.environments for case in _peer(bench, name, environ))]


def _peer(bench: Bench, name: str, environ: Mapping[str, str]) -> list[Case]:
    """A peer and its own baseline: scikit-learn imports more where pandas and rich are installed."""
    alone = f"plain python beside {name}"
    python = bench.program(name)
    tails = {"Sacred": SACRED, "wandb": WANDB, "ClearML": CLEARML}
    commands = {
        "noWorkflow": (bench.program(name, "now"), "run", SCRIPT),
        "ReproZip": (bench.program(name, "reprozip"), "trace", "-d", "trace", python, SCRIPT),
    }
    plain = {SCRIPT: program(PLAIN, values=20)}
    text = {SCRIPT: program(tails.get(name, PLAIN), values=20)}
    return [
        Case(alone, (python, SCRIPT), environ, plain, shown=False),
        Case(label(name), commands.get(name, (python, SCRIPT)), environ, text, baseline=alone),
    ]


def label(peer: str) -> str:
    """The name of a peer's row."""
    return f"{peer} offline" if peer in {"wandb", "ClearML"} else peer


def mlflow_cases(bench: Bench, values: int, existing: Path | None) -> list[Case]:
    """The same script telling MLflow on SQLite: without bis, with it installed (ambient), and under ``bis run``."""
    text = {SCRIPT: program(MLFLOW, values=values)}
    copies = () if existing is None else (existing,)
    environ, off = bench.environ(**STORE), bench.environ(**STORE, BIS_RECORD="0")
    installed = (bench.program("bis"), SCRIPT)
    return [
        Case("MLflow without bis", (bench.program("plain"), SCRIPT), environ, text, copies),
        Case("bis installed, BIS_RECORD=0", installed, off, text, copies),
        Case("ambient", installed, environ, text, copies, bench.settled),
        Case("bis run", (bench.program("bis", "bis"), "run", SCRIPT), environ, text, copies, bench.settled),
    ]


def startup_cases(bench: Bench) -> list[Case]:
    """What starting costs: the interpreter, bis, its help."""
    environ = bench.environ()
    python = bench.program("bis")
    return [
        Case("python -c pass", (python, "-c", "pass"), environ),
        Case("import bis", (python, "-c", "import bis"), environ),
        Case("bis --help", (bench.program("bis", "bis"), "--help"), environ),
    ]


def import_cases(bench: Bench) -> list[Case]:
    """What the plug-in adds to ``import mlflow``."""
    statement = ("-c", "import mlflow")
    return [
        Case("import mlflow", (bench.program("plain"), *statement), bench.environ()),
        Case("import mlflow, BIS_RECORD=0", (bench.program("bis"), *statement), bench.environ(BIS_RECORD="0")),
        Case("import mlflow, ambient", (bench.program("bis"), *statement), bench.environ()),
    ]


def replay_cases(bench: Bench, name: str, tail: str, values: int) -> list[Case]:
    """A recorded program: on its own, replayed once, replayed several times, and shown.

    Raises
    ------
    Unavailable
        It cannot be recorded.
    """
    folder = bench.scratch / f"replay-{name}"
    folder.mkdir()
    text = {SCRIPT: program(tail, values=values)}
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / DATABASE}"}
    environ = bench.environ(**store)
    bis = bench.program("bis", "bis")
    measure(Case("", (bis, "run", "--wait", SCRIPT), environ, text, settle=bench.settled), folder / "recorded")
    shutil.copy(folder / DATABASE, folder / "alone.db")
    alone = bench.environ(MLFLOW_TRACKING_URI=f"sqlite:///{folder / 'alone.db'}")
    return [
        Case("the program alone", (bench.program("plain"), SCRIPT), alone, text),
        *(
            Case(f"bis replay last -n {times}", (bis, "replay", "last", "-n", str(times)), environ)
            for times in (1, REPLAYS)
        ),
        Case("bis show last", (bis, "show", "last"), environ),
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one more replay costs beyond the program's own time, and what a command costs but its replays."""

    own_s: float
    fixed_s: float


def replay_costs(series: list[Series]) -> dict[str, list[Cost]]:
    """The costs in each round, as wall time under ``s`` and as processor time under ``cpu_s``."""
    found: dict[str, list[Cost]] = {"s": [], "cpu_s": []}
    for alone, once, several in zip(*(one.samples for one in series[:3]), strict=False):
        found["s"].append(_cost(alone.wall_s, once.wall_s, several.wall_s))
        found["cpu_s"].append(_cost(alone.cpu_s, once.cpu_s, several.cpu_s))
    return found


def _cost(alone_s: float, once_s: float, several_s: float) -> Cost:
    each_s = (several_s - once_s) / (REPLAYS - 1)
    return Cost(own_s=each_s - alone_s, fixed_s=once_s - each_s)
