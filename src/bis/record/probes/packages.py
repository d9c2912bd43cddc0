"""The environment facet: every installed distribution, found by the names of its metadata folders."""

# Paths are strings here, since Path objects cost several times as much over thousands of files.
# ruff: noqa: PTH100, PTH112, PTH118, PTH119, PTH120, PTH123, PTH208

from __future__ import annotations

import json
import os
import platform
import re
import sys
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.evidence.redaction import strip_credentials
from bis.model.facets import Environment, Package, Status
from bis.model.lock import normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

# name-version.dist-info; a version with "_" may have been escaped and is read from the metadata.
_DIST_INFO = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._]*)-(?P<version>[0-9][A-Za-z0-9.+!]*)\.dist-info")
_EGG_INFO = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._]*)-(?P<version>[0-9][A-Za-z0-9.+!]*)(?:-py[0-9.]+(?:-[\w.]+)?)?\.egg-info"
)
# Where conda built a package: it cannot be installed from there.
_BUILD_FOLDERS = ("/croot/", "/feedstock_root/", "/conda-bld/", "/home/task_")
_MAX_METADATA_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class _Direct:
    url: str | None = None
    editable: bool = False


def probe_environment(
    sys_path: Sequence[str] | None = None, *, python: str | None = None, implementation: str | None = None
) -> Environment:
    """List the distributions that a program on this path can import, the first of each name.

    Parameters
    ----------
    sys_path : sequence of str, optional
        That of this process if not given.
    python, implementation : str, optional
        Version and implementation of the interpreter, such as ``3.11.7`` and ``CPython``; this one's if not given.
    """
    packages: dict[str, Package] = {}
    reasons: list[str] = []
    for folder in dict.fromkeys(sys.path if sys_path is None else sys_path):
        try:
            with os.scandir(folder or ".") as found:
                items = sorted(
                    item.name for item in found if item.name.endswith((".dist-info", ".egg-info", ".egg-link"))
                )
        except (FileNotFoundError, NotADirectoryError):
            continue  # python311.zip, and folders that are not there
        except OSError as exc:
            reasons.append(f"{folder} cannot be read: {exc.strerror or exc}")
            continue
        for item in items:
            if item.startswith(("~", ".")):
                continue  # what pip left of an interrupted uninstall
            package = _read(os.path.join(folder or ".", item), item, reasons)
            if package is not None:
                packages.setdefault(package.name, package)
    return Environment(
        status=Status.PARTIAL if reasons else Status.RECORDED,
        reasons=tuple(reasons),
        python=platform.python_version() if python is None else python,
        implementation=platform.python_implementation() if implementation is None else implementation,
        packages=tuple(packages[name] for name in sorted(packages)),
    )


def _read(place: str, item: str, reasons: list[str]) -> Package | None:
    """One distribution; its metadata file is opened only where the folder's name is not enough."""
    if item.endswith(".egg-link"):
        return _read_egg_link(place, reasons)
    match = (_DIST_INFO if item.endswith(".dist-info") else _EGG_INFO).fullmatch(item)
    name, version = (match["name"], match["version"]) if match else _metadata(place)
    if not name or not version:
        # An empty folder without metadata is not a distribution to Python either.
        if os.path.isdir(place) and os.listdir(place):
            reasons.append(f"{item} has no readable name and version")
        return None
    direct = _direct(place, reasons) if item.endswith(".dist-info") else _Direct()
    if item.endswith(".egg-info") and match is None and not place.endswith(("site-packages", "dist-packages")):
        # "name.egg-info" without version lies beside the source of a development install.
        folder = os.path.dirname(os.path.abspath(place))
        if os.path.basename(folder) not in {"site-packages", "dist-packages"}:
            direct = _Direct(Path(os.path.abspath(folder)).as_uri(), editable=True)
    return Package(normalised(name), version, direct.url, direct.editable)


def _read_egg_link(place: str, reasons: list[str]) -> Package | None:
    """A development install of old setuptools: a file that names the source folder."""
    try:
        with open(place, encoding="utf-8") as file:
            folder = file.readline(4096).strip()
        items = sorted(name for name in os.listdir(folder) if name.endswith(".egg-info"))
    except (OSError, UnicodeDecodeError) as exc:
        reasons.append(f"the source folder of {os.path.basename(place)} cannot be read: {exc}")
        return None
    for item in items:
        name, version = _metadata(os.path.join(folder, item))
        if name and version:
            return Package(normalised(name), version, Path(os.path.abspath(folder)).as_uri(), editable=True)
    return None


def _metadata(place: str) -> tuple[str, str]:
    """Name and version from METADATA or PKG-INFO (which is the file itself for the oldest eggs)."""
    for file in (os.path.join(place, "METADATA"), os.path.join(place, "PKG-INFO"), place):
        try:
            with open(file, encoding="utf-8", errors="replace") as lines:
                head = lines.read(_MAX_METADATA_BYTES).partition("\n\n")[0]
        except OSError:
            continue
        fields: dict[str, str] = {}
        for line in head.splitlines():
            key, _, value = line.partition(":")
            fields.setdefault(key.lower(), value.strip())
        return fields.get("name", ""), fields.get("version", "")
    return "", ""


def _direct(place: str, reasons: list[str]) -> _Direct:
    """What PEP 610 says of an installation that came from a URL, as a requirement would name it."""
    try:
        with open(os.path.join(place, "direct_url.json"), encoding="utf-8") as file:
            value = json.load(file)
        return _read_direct(value)
    except FileNotFoundError:
        return _Direct()
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as exc:
        reasons.append(f"{os.path.basename(place)}: direct_url.json cannot be read ({type(exc).__name__})")
        return _Direct()


def _read_direct(value: dict[str, Any]) -> _Direct:
    url = strip_credentials(str(value["url"]))
    fragments = []
    if vcs := value.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    elif archive := value.get("archive_info"):
        hashes = archive.get("hashes") or {}
        known = hashes.get("sha256") or str(archive.get("hash", "")).removeprefix("sha256=")
        if known:
            fragments.append(f"sha256={known}")
    editable = bool((value.get("dir_info") or {}).get("editable"))
    if url.startswith("file:") and not editable and any(part in url for part in _BUILD_FOLDERS):
        return _Direct()
    if subdirectory := value.get("subdirectory"):
        fragments.append("subdirectory=" + urllib.parse.quote(str(subdirectory)))
    return _Direct(url + ("#" + "&".join(fragments) if fragments else ""), editable)
