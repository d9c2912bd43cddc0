"""Looks every name of the trackers' tables up in the packages themselves: ``python benchmarks/tracker_names.py``.

The packages are installed into environments in a scratch folder, with uv; nothing of it runs in CI, which has no need
of them. A name that is neither found nor listed as one of an earlier version is told, and the exit status is 1. Names
of other libraries (Lightning, Transformers) are looked up where one of the packages brings them along.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bis._audit.trackers.known_trackers import TRACKERS

if TYPE_CHECKING:
    from bis._audit.trackers.table import Tracker

# What is installed together, as far as the packages get along with each other.
ENVIRONMENTS = (
    ("wandb", "clearml", "comet-ml", "neptune-scale", "dvclive", "tensorboardX", "tensorboard", "sacred", "trackio"),
    ("neptune<2", "aim"),
)
# Names of earlier versions, and of what there is only once a run has started; by their beginnings.
FORMER = (
    "aim.track", "aim.set_params", "aim.Session.",
    "dvclive.log", "dvclive.Live.log", "dvclive.catalyst.", "dvclive.mmcv.",
    "mlflow.sklearn.eval_and_log_metrics", "mlflow.pytorch.MlflowModelCheckpointCallback",  # (where Lightning is)
    "wandb.summary.", "wandb.config.", "wandb.integration.openai.",
)  # fmt: skip

LOOK_UP = """
import importlib, inspect, json, sys, warnings
warnings.simplefilter("ignore")

def state(name):
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError as error:
            if error.name is not None and not name.startswith(error.name):
                return "not installed"  # an integration with a framework that is absent
            continue
        except Exception as error:
            return "not installed"
        for part in parts[end:]:
            if isinstance(found, property) or inspect.isdatadescriptor(found):
                return "found"  # what it gives is seen only on an object
            try:
                found = inspect.getattr_static(found, part)
            except AttributeError:
                try:
                    found = getattr(found, part)
                except ImportError:
                    return "not installed"
                except Exception:
                    annotated = getattr(found, "__annotations__", {})
                    return "found" if part in annotated else "missing"
        return "found"
    return "not installed"

print(json.dumps({name: state(name) for name in json.load(sys.stdin)}))
"""


def main(arguments: list[str] | None = None) -> int:
    """Look the names up and print what is missing; 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", type=Path, help="of an environment that has packages [new ones]")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bis-trackers-", ignore_cleanup_errors=True) as folder:
        pythons = given.python or [_environment(Path(folder) / str(i), names) for i, names in enumerate(ENVIRONMENTS)]
        names = sorted(
            {s for tracker in TRACKERS for name in tracker.calls if "*" not in name for s in _spellings(tracker, name)}
        )
        answers = [_answers(python, names) for python in (Path(sys.executable), *pythons)]  # MLflow is beside bis
    missing = 0
    for tracker in TRACKERS:
        states = [_state(tracker, name, answers) for name in tracker.calls if "*" not in name]
        gone = [
            name
            for name in tracker.calls
            if "*" not in name and not name.startswith(FORMER) and _state(tracker, name, answers) == "missing"
        ]
        missing += len(gone)
        counts = ", ".join(f"{states.count(state)} {state}" for state in ("found", "missing", "not installed"))
        sys.stdout.write(f"{tracker.name}: {counts}\n" + "".join(f"  {name} is missing\n" for name in gone))
    return 1 if missing else 0


def _environment(folder: Path, packages: tuple[str, ...]) -> Path:
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(python), *packages, "setuptools<81"], check=True)
    return python


def _answers(python: Path, names: list[str]) -> dict[str, str]:
    done = subprocess.run(
        [str(python), "-c", LOOK_UP], input=json.dumps(names), capture_output=True, text=True, check=True, timeout=600
    )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _spellings(tracker: Tracker, name: str) -> set[str]:
    """A listed name, and what else it is called."""
    others = {
        old + name[len(new) :] for old, new in tracker.aliases.items() if name == new or name.startswith(f"{new}.")
    }
    return {name, *others}


def _state(tracker: Tracker, name: str, answers: list[dict[str, str]]) -> str:
    if any(one[spelling] == "found" for one in answers for spelling in _spellings(tracker, name)):
        return "found"
    return "missing" if any(one[name] == "missing" for one in answers) else "not installed"


if __name__ == "__main__":
    sys.exit(main())
