"""What building a recorded environment would mean here: what differs, what has to be fetched, and where it stays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from bis._replay.environment import (
    built_environment,
    choose_interpreter,
    environment_folder,
    installable,
    requirement,
    uv_gist,
)
from bis._replay.package_index import index_options
from bis._replay.uv_client import run_uv
from bis.errors import WrongPython
from bis.model.lock import differences, normalised
from bis.model.plan import Fetch, PackageChange, Rebuild
from bis.model.progress import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bis.model.facets import Environment

_LIMIT_S = 60.0  # for what uv asks the index, each time
_LISTED = 15  # packages; the rest is counted
_UNCACHED = re.compile(r"Identified uncached distribution: (\S+?)(?:==| @ )")
_COUNTED = re.compile(r"Would download (\d+) package")


def describe_rebuild(recorded: Environment, here: Environment, *, cache_dir: Path) -> Rebuild:
    """Find out what building an environment would mean; nothing is built or downloaded, but the index is asked.

    Parameters
    ----------
    recorded, here : Environment
        The one that is to be built, and the one that bis runs in.
    cache_dir : Path
        Where environments are kept.
    """
    found = [PackageChange(d.name, d.first, d.second) for d in differences(recorded, here)]
    # Another version says more than a package that is only on one side, and one that is only here says least.
    changes = tuple(sorted(found, key=lambda c: (not c.recorded, not c.here)))
    packages = installable(recorded)
    try:
        interpreter, _ = choose_interpreter(recorded.python, recorded.implementation)
    except WrongPython as error:
        return Rebuild(changes, len(packages), fetch=Fetch(problem=error.message))
    folder = environment_folder(recorded, interpreter, cache_dir)
    if built_environment(cache_dir, folder.name) is not None:
        return Rebuild(changes, len(packages), str(folder), built=True, fetch=Fetch(0, 0))
    try:
        fetch = _fetch(interpreter.path, "".join(f"{requirement(p)}\n" for p in packages))
    except subprocess.TimeoutExpired:
        fetch = Fetch(problem=f"the package index has not answered within {_LIMIT_S:g} s")
    except (OSError, ValueError, KeyError, TypeError) as error:
        fetch = Fetch(problem=f"{type(error).__name__}: {error}")
    return Rebuild(changes, len(packages), str(folder), fetch=fetch)


def rebuild_notes(rebuild: Rebuild) -> Iterator[Note]:
    """What the user should know before the environment is built."""
    if rebuild.built:
        yield Note("environment-is-there", {"differing": len(rebuild.changes), "folder": rebuild.folder})
        return
    yield Note("environment-differs", {"differing": len(rebuild.changes), "packages": rebuild.packages})
    recorded = [change for change in rebuild.changes if change.recorded]
    for change in recorded[:_LISTED]:
        yield Note("package-differs", {"name": change.name, "recorded": change.recorded, "here": change.here})
    if len(recorded) > _LISTED:
        yield Note("more-packages-differ", {"count": len(recorded) - _LISTED})
    if len(recorded) < len(rebuild.changes):
        yield Note("packages-only-here", {"count": len(rebuild.changes) - len(recorded)})
    fetch = rebuild.fetch
    if fetch.packages is None or fetch.size_bytes is None:
        yield Note("fetch-is-not-known", {"problem": fetch.problem})
    else:
        figures = {"packages": fetch.packages, "size_bytes": fetch.size_bytes, "unsized": fetch.unsized}
        yield Note("environment-fetch", {**figures})
    if rebuild.folder:
        yield Note("environment-stays", {"folder": rebuild.folder})


def _fetch(python: str, requirements: str) -> Fetch:
    """What uv would download, by its own trial run, and the sizes that the index gives."""
    with tempfile.TemporaryDirectory(prefix="bis-lock-") as name:
        folder = Path(name)
        wanted = folder / "requirements.txt"
        wanted.write_text(requirements, encoding="utf-8")
        common = ("--no-deps", "--python", python, *index_options(os.environ))
        trial = ("pip", "install", "--dry-run", "--verbose", "--target", str(folder / "nothing"))
        tried = run_uv(*trial, *common, "--requirement", str(wanted), timeout_s=_LIMIT_S)
        if tried.returncode != 0:
            return Fetch(problem=uv_gist(_without_debug(tried.stderr)))
        counted = _COUNTED.search(tried.stderr)
        count = int(counted[1]) if counted else 0
        names = {normalised(n) for n in _UNCACHED.findall(tried.stderr)}
        if not count:
            return Fetch(0, 0)
        if len(names) != count:  # uv says it in other words
            return Fetch(count, problem="uv does not say which")
        lock = folder / "pylock.toml"
        written = ("pip", "compile", "--format", "pylock.toml", "--quiet", "--output-file", str(lock))
        locked = run_uv(*written, *common, str(wanted), timeout_s=_LIMIT_S)
        if locked.returncode != 0:
            return Fetch(count, problem=uv_gist(locked.stderr))
        sizes = download_sizes(_read(lock), folder)
    known = [size for n in names if (size := sizes.get(n)) is not None]
    return Fetch(count, sum(known), count - len(known))


def _read(lock: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):  # late: few replays build an environment
        import tomllib
    else:
        import tomli as tomllib
    document: dict[str, Any] = tomllib.loads(lock.read_text(encoding="utf-8"))
    return document


def download_sizes(lock: Mapping[str, Any], folder: Path) -> dict[str, int | None]:
    """The bytes that each package of a ``pylock.toml`` (PEP 751) is, packed; None where that is not said.

    A wheel is taken where there is one for this machine (uv lists no others), else the source. Files that are here are
    looked at; relative paths start in `folder`.
    """
    sizes: dict[str, int | None] = {}
    for package in lock.get("packages", ()):
        offered = package.get("wheels") or [package.get("archive") or package.get("sdist") or {}]
        sizes[normalised(str(package["name"]))] = _size(offered[0], folder)
    return sizes


def _size(offered: Mapping[str, Any], folder: Path) -> int | None:
    if "size" in offered:
        return int(offered["size"])
    url = str(offered.get("url", ""))
    path = offered.get("path") or (unquote(url.removeprefix("file://")) if url.startswith("file://") else None)
    try:
        return None if path is None else (folder / str(path)).stat().st_size
    except OSError:
        return None


def _without_debug(said: str) -> str:
    return "\n".join(line for line in said.splitlines() if not line.startswith(("DEBUG", "TRACE")))
