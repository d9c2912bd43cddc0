"""Settings: the environment and ``[tool.bis]`` of the nearest ``pyproject.toml``. Nothing else reads either of them.

Light on purpose: the recorder imports this inside users' programs.
"""

from __future__ import annotations

import math
import os
import re
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bis.errors import ConfigurationError, StorageError

MIB = 1024 * 1024
_MOST_BYTES = 4 * MIB  # of a pyproject.toml: reading takes a second for 2 MiB
_MOST_DOTS = 10_000  # in one line of a pyproject.toml

# Every environment variable that bis reads or sets, and what for: docs/configuration.md repeats this table.
VARIABLES = {
    "BIS_RECORD": "0 switches all recording off",
    "BIS_HOME": "where sessions, digests and rebuilt environments are kept",
    "BIS_WAIT": "1: `bis run` waits until the run is stored; 0: it never waits",
    "BIS_DEBUG": "1 shows tracebacks of failures inside bis",
    "BIS_SPOOL": "set by bis for the program that it records: the folder of the session",
    "BIS_CHILD_KEY": "set by bis for child processes: their place in the process tree",
    "BIS_WARM": "set by bis for a process that only imports and forks: the socket by which it is asked",
    "BIS_KERNEL": "set by bis for a notebook's kernel: marks its processes, so that none is left behind",
}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a metric may be from the original: ``|y - y0| <= atol + rtol * |y0|``.

    `margin` is the difference below which two results count as equivalent; `quantum` the smallest step of the metric
    (1/n for an accuracy on n items). All in the metric's unit, but `rtol`.
    """

    atol: float = 0.0
    rtol: float = 0.0
    margin: float | None = None
    quantum: float | None = None


@dataclass(frozen=True, slots=True)
class CiSettings:
    """``[tool.bis.ci]``: what ``bis ci`` looks at where its command line does not say it.

    `programs` are command lines without the interpreter (``train.py --lr 0.1``). `times` replays ask whether a program
    is repeatable, `fresh_times` of it and of the run `against` whether a metric moved; None: as for ``bis replay``.
    Values that are better are `higher` or `lower`. `expect` is a published table. `command` is the project's own test
    command, for ``--mutate``.
    """

    programs: tuple[str, ...] = ()
    against: str | None = None
    expect: str | None = None
    times: int | None = None
    fresh_times: int | None = None
    higher: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """``[tool.bis]``, with its defaults."""

    snapshot_file_mib: float = 5.0
    snapshot_total_mib: float = 50.0
    stdout_mib: float = 10.0
    stdin_mib: float = 8.0
    serve_entropy: bool = True
    replay_times: int = 3
    fresh_times: int = 8
    cold: bool = False
    replay_timeout_s: float | None = None
    alpha: float = 0.05
    primary_metric: str | None = None
    tolerances: dict[str, Tolerance] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    max_file_mib: float = 20.0
    env: tuple[str, ...] = ()
    ci: CiSettings | None = None


_ALL_IGNORED = "*\n"  # the ``.gitignore`` of a folder that is in no repository, as pytest, ruff and venv write it

# An example value for each setting without a default, from which its type is read; and the range of each number.
_LIKE: dict[str, Any] = {
    "replay_timeout_s": 1.0,
    "primary_metric": "",
    "baseline": "",
    "against": "",
    "expect": "",
    "command": "",
    "times": 1,
    "fresh_times": 1,
}
_RANGES = {
    "snapshot_file_mib": (0, 1e6),
    "snapshot_total_mib": (0, 1e6),
    "stdout_mib": (0, 1e6),
    "stdin_mib": (0, 1e6),
    "replay_times": (1, 1000),
    "fresh_times": (1, 1000),
    "times": (1, 1000),
    "replay_timeout_s": (0.1, 1e9),
    "alpha": (1e-6, 0.5),
    "max_file_mib": (0.001, 1000),
}


def home() -> Path:
    """The folder for files of bis that belong to no project (``BIS_HOME``, else the platform's state folder).

    Raises
    ------
    StorageError
        This user has no home folder, as in some containers.
    """
    try:
        return _home()
    except RuntimeError as error:
        raise StorageError(
            f"the folder of bis cannot be found: {error}", hint="Set BIS_HOME to a folder that you may write to."
        ) from error


def _home() -> Path:
    named = os.environ.get("BIS_HOME")
    if named:
        return Path(named).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser().absolute() / "bis"


def make_home() -> None:
    """Make the folder for files of bis where there is none, with a ``.gitignore`` that keeps it out of a repository.

    `BIS_HOME` may lie in a project: what bis keeps there is no part of it. A folder that was there is left as it is.

    Raises
    ------
    OSError
        The folder cannot be made.
    """
    folder = home()
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:  # as it mostly is; or another process was faster, which writes into it
        return
    (folder / ".gitignore").write_text(_ALL_IGNORED, "utf-8")


def ignores_itself(folder: Path) -> bool:
    """Whether a folder says of itself that it is in no repository (its ``.gitignore`` is ``*``, and no more)."""
    path = folder / ".gitignore"
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > len(_ALL_IGNORED) + 1:
            return False
        return path.read_bytes().strip() == _ALL_IGNORED.strip().encode()
    except OSError:
        return False


def recording_is_off() -> bool:
    """Whether the user switched recording off (``BIS_RECORD=0``)."""
    return os.environ.get("BIS_RECORD", "").strip().lower() in {"0", "false", "no", "off"}


def debugging() -> bool:
    """Whether tracebacks of failures inside bis are wanted (``BIS_DEBUG=1``)."""
    return os.environ.get("BIS_DEBUG", "") not in {"", "0"}


def waits_for_storing() -> bool:
    """Whether ``bis run`` waits until the evidence is in MLflow.

    By default it does where the machine may go away with the command (CI, containers), and leaves the storing to the
    background elsewhere.
    """
    asked = os.environ.get("BIS_WAIT")
    if asked is not None:
        return asked not in {"", "0"}
    marks = ("CI", "KUBERNETES_SERVICE_HOST", "container")
    return any(os.environ.get(m) for m in marks) or Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def tracking_uri_given() -> str | None:
    """The tracking URI in MLflow's own variable, where it is set."""
    return os.environ.get("MLFLOW_TRACKING_URI") or None


def github_api_url() -> str:
    """The address of GitHub's API: that of GitHub Actions or a company's server where set, else the public one."""
    return os.environ.get("GITHUB_API_URL") or "https://api.github.com"


def github_annotates() -> bool:
    """Whether what is printed may hold annotations: inside a workflow of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def github_step_summary() -> Path | None:
    """The file to which a step of a workflow appends its summary, where there is one."""
    named = os.environ.get("GITHUB_STEP_SUMMARY")
    return Path(named) if named else None


def github_token() -> str | None:
    """The token for GitHub's API, where one is set, under either of the names in use."""
    return os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN") or None


def pyproject_above(folder: Path) -> Path | None:
    """The nearest ``pyproject.toml`` at or above `folder`."""
    return next((p for d in (folder, *folder.parents) if (p := d / "pyproject.toml").is_file()), None)


def file_of_project(name: str, root: Path, *, setting: str) -> Path:
    """A file that a project's settings name, relative to its folder `root`: a regular one, inside of the project.

    Raises
    ------
    ConfigurationError
        It is elsewhere, also by a link, or is a device, a named pipe or a folder: settings of strangers are read, too.
    """
    path = root / name
    project = {root.resolve()} | ({found.resolve().parent} if (found := pyproject_above(root.absolute())) else set())
    try:
        place = path.resolve()
        if not any(place.is_relative_to(folder) for folder in project):
            fault = "expected a file in the folder of the project"
        elif path.exists() and not path.is_file():
            fault = "expected a regular file"
        else:
            return path
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name with NUL
        fault = str(error)
    raise ConfigurationError(
        f"[tool.bis] {setting} = {name!r}: {fault}",
        hint="A file elsewhere can be named on the command line.",
    )


def load_settings(folder: Path) -> Settings:
    """Read ``[tool.bis]`` of the nearest ``pyproject.toml``.

    A file that cannot be read is the project's affair, and the defaults hold, unless it speaks of bis.

    Raises
    ------
    ConfigurationError
        Once, naming every unknown key and every value of the wrong kind; or where the file cannot be read and has
        settings for bis.
    """
    path = pyproject_above(folder.absolute())
    if path is None:
        return Settings()
    try:
        table = _read_toml(path)
    except ConfigurationError:
        if _speaks_of_bis(path):
            raise
        return Settings()
    for name in ("tool", "bis"):
        table = table.get(name, {})
        if not isinstance(table, dict):
            raise ConfigurationError(f"{name} in {path}: expected a table, found {table!r}")
    return _parse(table, str(path)) if table else Settings()


def _speaks_of_bis(path: Path) -> bool:
    """Whether a file that is no TOML, or cannot be opened, is known to have settings for bis."""
    try:
        return re.search(rb"\btool\s*\.\s*[\"']?bis\b", path.read_bytes()) is not None
    except OSError:
        return False


def _read_toml(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        _refuse_large(path)
        text = path.read_text(encoding="utf-8")
        _refuse_endless_keys(text)
        document: dict[str, Any] = tomllib.loads(text)
    except (OSError, ValueError) as error:  # among them: not UTF-8, not TOML, a number of too many digits
        raise ConfigurationError(
            f"{path} cannot be read: {error}", hint="bis reads its settings from [tool.bis] there."
        ) from error
    except RecursionError as error:
        raise ConfigurationError(
            f"{path} cannot be read: it is nested too deeply", hint="bis reads its settings from [tool.bis] there."
        ) from error
    return document


def _refuse_large(path: Path) -> None:
    """Raise ValueError where reading would take minutes."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES:,} bytes")


def _refuse_endless_keys(text: str) -> None:
    """Raise ValueError where a key has so many parts that the reader would take minutes."""
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise ValueError(f"a line of more than {_MOST_DOTS:,} dots")


def _parse(table: dict[str, Any], path: str) -> Settings:
    faults: list[str] = []
    values: dict[str, Any] = {}
    if "tolerances" in table:
        values["tolerances"] = _parse_tolerances(table["tolerances"], faults)
    if "ci" in table:
        values["ci"] = _parse_ci(table["ci"], faults)
    rest = {key: value for key, value in table.items() if key not in {"tolerances", "ci"}}
    values |= _parse_values(rest, Settings(), faults)
    if faults:
        raise ConfigurationError(
            f"[tool.bis] in {path}: " + "; ".join(faults),
            hint="Correct them there; a key that is left out has its default.",
        )
    return Settings(**values)


def _parse_values(table: dict[str, Any], defaults: Settings | CiSettings, faults: list[str]) -> dict[str, Any]:
    """The values of a table by the names of their fields; what is wrong is added to `faults`."""
    values: dict[str, Any] = {}
    known = [f.name for f in fields(defaults)]
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            faults.append(f"unknown key {key!r}; known are {', '.join(sorted(k.replace('_', '-') for k in known))}")
            continue
        default = getattr(defaults, name)
        like = _LIKE[name] if default is None else default
        if not _fits(value, like):
            faults.append(f"{key} = {value!r}: expected a {_kind(like)}")
        elif name in _RANGES and not _RANGES[name][0] <= value <= _RANGES[name][1]:
            faults.append(f"{key} = {value!r}: expected from {_RANGES[name][0]:g} to {_RANGES[name][1]:g}")
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    return values


def _parse_ci(table: Any, faults: list[str]) -> CiSettings:
    if not isinstance(table, dict):
        faults.append(f"ci = {table!r}: expected a table")
        return CiSettings()
    found: list[str] = []
    values = _parse_values(table, CiSettings(), found)
    faults += [f"ci: {fault}" for fault in found]
    return CiSettings(**values)


def _parse_tolerances(table: Any, faults: list[str]) -> dict[str, Tolerance]:
    if not isinstance(table, dict):
        faults.append("tolerances: expected a table of metric = {atol, rtol, margin, quantum}")
        return {}
    names = {f.name for f in fields(Tolerance)}
    found = {}
    for metric, entry in table.items():
        if not isinstance(entry, dict) or set(entry) - names or not all(_fits(v, 0.0) for v in entry.values()):
            faults.append(f"tolerances.{metric}: expected numbers named {', '.join(sorted(names))}, found {entry!r}")
        elif not all(0 <= v < math.inf for v in entry.values()):
            faults.append(f"tolerances.{metric}: expected numbers of at least 0, found {entry!r}")
        else:
            found[metric] = Tolerance(**entry)
    return found


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)


def _kind(default: Any) -> str:
    kinds = {bool: "true or false", int: "whole number", float: "number", str: "text", tuple: "list of strings"}
    return kinds.get(type(default), "value")
