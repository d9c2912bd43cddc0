"""Throw-away virtual environments for what is measured, kept in a cache between calls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ("numpy", "scipy", "scikit-learn", "joblib", "threadpoolctl")
# What bis needs is in the environment without bis too: scikit-learn imports rich, and pandas, where they are installed.
_SAME = ("scikit-learn", "mlflow>=3.17", "blake3", "click", "rich", "threadpoolctl", "uv")
PACKAGES = {
    "plain": _SAME,
    "bis": _SAME,
    "Sacred": ("scikit-learn", "sacred", "setuptools<81"),  # it imports pkg_resources, which left setuptools with 81
    "wandb": ("scikit-learn", "wandb"),
    "ClearML": ("scikit-learn", "clearml", "setuptools<81"),
    "noWorkflow": ("scikit-learn", "noworkflow", "setuptools<81"),
    "ReproZip": ("scikit-learn", "reprozip", "setuptools<81"),
    "semgrep": ("semgrep",),  # peers of the audit
    "pylint": ("pylint<4", "pylint-ml"),
}
PEERS = tuple(name for name in PACKAGES if name not in {"plain", "bis", "semgrep", "pylint"})


class Unavailable(Exception):
    """Raised when something cannot be installed or run here; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment."""

    folder: Path

    def program(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self.folder / "bin" / name)

    def versions(self) -> dict[str, str]:
        """Names and versions of what is installed."""
        listed = _uv("pip", "list", "--format", "json", "--python", self.program("python"))
        return {entry["name"]: entry["version"] for entry in json.loads(listed)}


def default_cache() -> Path:
    """The platform's folder for what can be made again."""
    if sys.platform == "darwin":
        base = Path("~/Library/Caches")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    return base.expanduser() / "bis-benchmarks"


def ensure(name: str, cache: Path, *, pins: dict[str, str]) -> Environment:
    """The environment `name`, made if it is not there, compiled to bytecode; `pins` are versions that all share.

    Raises
    ------
    Unavailable
        It cannot be installed.
    """
    wanted = [*PACKAGES[name], *(f"{p}=={v}" for p, v in pins.items())]
    found = Environment(cache / f"{name.lower()}-{sys.version_info.major}.{sys.version_info.minor}")
    marker = found.folder / "benchmark.json"
    if not marker.exists() or json.loads(marker.read_text()) != wanted:
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(found.folder))
        _install(found, *wanted)
        marker.write_text(json.dumps(wanted))
    if name == "bis":  # what is measured is the source as it is now
        _install(found, "--reinstall-package", "bis", "--refresh-package", "bis", str(ROOT))
    return found


def shared_pins(plain: Environment) -> dict[str, str]:
    """The versions of the packages that do the work, so that all environments have the same."""
    versions = plain.versions()
    return {name: versions[name] for name in SHARED}


def _install(environment: Environment, *what: str) -> None:
    _uv("pip", "install", "--quiet", "--compile-bytecode", "--python", environment.program("python"), *what)


def _uv(*arguments: str) -> str:
    command = [sys.executable, "-m", "uv", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"uv ended with {done.returncode}"]
        raise Unavailable(f"cannot be installed: {' '.join(' '.join(lines[:4]).split())[:300]}")
    return done.stdout
