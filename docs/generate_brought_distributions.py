"""Write the table of what distributions bring along: what their published metadata say that they require.

No registry is asked. The facts are read from files that ordinary tools left, in the folders that are named, with all
that is below them:

- ``METADATA`` of installed distributions, that of wheels, and files ``*.metadata``;
- the reports of ``pip install --dry-run --ignore-installed --report FILE.json``;
- ``poetry.lock`` and ``uv.lock``, in which these tools noted what the registry said of each release that they took::

    python docs/generate_brought_distributions.py FOLDER...

What it reads is added to what the table says already, so that one new lock, wheel or environment is enough; of a table
that is not there, all is made of the folders: then give it locks of many projects, of some years, and an environment
or two that are up to date.

Taken is what a release requires on CPython 3.11 or a later one for Linux, and by extra what that adds: of the newest
release, and of the older ones that are known, as a project may be pinned to one of those. Each word of a line is a
distribution, or an extra of one, and says of which releases it holds where it is not of all:
``uvicorn>0.110.3<0.112.0`` is after the last that is known without it and before the first; with ``==``, what is
required has the version of what requires it.
A distribution that requires nothing has a line without words. Left out are stubs of types, libraries of drivers, and
extras for those who develop a distribution.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections import defaultdict
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TABLE = Path(__file__).parents[1] / "src" / "bis" / "_audit" / "files" / "brought_distributions.txt"
MOST = 50  # an extra that is all the rest, of a hundred services, is left out
PYTHONS = ("3.11", "3.12", "3.13")  # a lock for several notes releases that only the later ones can have
ENVIRONMENT = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.9",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1.0",
    "platform_system": "Linux",
    "platform_version": "1",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "linux",
}
_FOR_DEVELOPERS = re.compile(
    r"(?:.*-)?(?:dev|devel|develop|developer|development|tests?|testing|tester|docs?|documentation|doc-build|lint(?:er|ing)?"
    r"|typing|types|mypy|ci|qa|quality|benchmarks?|build|release|style|checkers?|coverage|cov|pre-commit|doctest"
    r"|sphinx|changelog|nox|tox|ruff|black|flake8|pylint)(?:-.*)?"
)
_LEFT_OUT = re.compile(r"types-.*|.*-stubs|stub-.*|nvidia-.*-cu\d+|nvidia-(?:cu|nccl|nvj|nvs).*|cuda-.*|intel-.*-rt")

SAME = "=="
_WORD = re.compile(r"(?P<name>[^=<>]+)(?P<same>==)?(?:>(?P<after>[^<>]+))?(?:<(?P<before>.+))?")

# Distribution -> release -> extra -> what it requires: ``uvicorn``, and ``uvicorn[standard]`` for an extra. Besides
# extras, "" is for what is always required, and "==" for what of it is to have the same version.
Releases = dict[str, dict[Version, dict[str, set[str]]]]


def main(folders: list[str]) -> int:
    """Read all that is in the folders, and write the table."""
    if not folders:
        print("name folders with locks, wheels or environments", file=sys.stderr)
        return 2
    releases = new_releases()
    for facts in of_table(TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []):
        note(releases, *facts)
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            for facts in read(path):
                note(releases, *facts)
    TABLE.write_text("".join(f"{line}\n" for line in table(releases)), encoding="utf-8")
    return 0


def new_releases() -> Releases:
    """Nothing yet."""
    return defaultdict(lambda: defaultdict(lambda: defaultdict(set)))


Facts = tuple[str, str, list[tuple[str, str]]]  # name, release, and (extra, requirement)


def read(path: Path) -> Iterator[Facts]:
    """What a file says of releases; nothing, where it is of none of the kinds or cannot be read."""
    try:
        if path.name == "METADATA" or path.suffix == ".metadata":
            yield from of_metadata(path.read_text(encoding="utf-8", errors="replace"))
        elif path.suffix == ".whl":
            yield from _of_wheel(path)
        elif path.suffix == ".json" and '"pip_version"' in (text := path.read_text(encoding="utf-8"))[:200]:
            yield from of_report(json.loads(text))
        elif path.name.endswith("poetry.lock"):
            yield from of_poetry(tomllib.loads(path.read_text(encoding="utf-8")))
        elif path.name.endswith("uv.lock"):
            yield from of_uv(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print(f"{path}: {error}", file=sys.stderr)


def of_metadata(text: str) -> Iterator[Facts]:
    """What the metadata of a distribution say, as the registry serves them."""
    headers = HeaderParser().parsestr(text)
    lines = headers.get_all("Requires-Dist") or []
    extras = headers.get_all("Provides-Extra") or []
    if headers["Name"] and headers["Version"]:
        yield headers["Name"], headers["Version"], list(_of_lines(lines, extras, headers["Version"]))


def _of_wheel(path: Path) -> Iterator[Facts]:
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if re.fullmatch(r"[^/]+\.dist-info/METADATA", name):
                yield from of_metadata(wheel.read(name).decode("utf-8", "replace"))


def of_report(document: dict[str, Any]) -> Iterator[Facts]:
    """What pip would install, with the metadata of each."""
    for one in document.get("install", ()):
        data = one["metadata"]
        lines, extras = data.get("requires_dist", ()), data.get("provides_extra", ())
        yield data["name"], data["version"], list(_of_lines(lines, extras, data["version"]))


def _of_lines(lines: Iterable[str], extras: Iterable[str], version: str = "") -> Iterator[tuple[str, str]]:
    """(extra, requirement) of lines as those of ``Requires-Dist``."""
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        words = list(_words(requirement.name, requirement.extras))
        if str(requirement.specifier) == f"=={version}":
            yield SAME, words[0]
        if _holds(requirement.marker, ""):
            yield from (("", word) for word in words)
        else:
            yield from ((extra, word) for extra in extras if _holds(requirement.marker, extra) for word in words)


def of_poetry(document: dict[str, Any]) -> Iterator[Facts]:
    """What ``poetry.lock`` says: all requirements of each release, those of its extras too."""
    for package in document.get("package", ()):
        if package.get("source", {}).get("type", "legacy") != "legacy":
            continue
        needs = {canonicalize_name(name): _choices(value) for name, value in package.get("dependencies", {}).items()}
        found = [
            ("", word)
            for name, choices in needs.items()
            for one in choices
            if not one.get("optional") and _holds(one.get("markers"), "")
            for word in _words(name, one.get("extras", ()))
        ]
        no_marker: list[dict[str, Any]] = [{}]
        exactly = {package["version"], f"=={package['version']}"}
        found += [
            (SAME, name) for name, choices in needs.items() if any(one.get("version") in exactly for one in choices)
        ]
        for extra, lines in package.get("extras", {}).items():  # older locks have the markers in the other place only
            found += [
                (extra, word)
                for _extra, word in _of_lines(lines, ())
                if any(
                    _holds(one.get("markers"), extra)
                    for one in needs.get(canonicalize_name(word.partition("[")[0]), no_marker)
                )
            ]
        yield package["name"], package["version"], found


def _choices(value: Any) -> list[dict[str, Any]]:
    """What poetry says of one requirement: a version, a table, or tables by marker."""
    return [
        one if isinstance(one, dict) else {"version": one} for one in (value if isinstance(value, list) else [value])
    ]


def of_uv(document: dict[str, Any]) -> Iterator[Facts]:
    """What ``uv.lock`` says: the requirements of each release, and those of the extras that were asked for."""
    for package in document.get("package", ()):
        if "registry" not in package.get("source", {}) or "version" not in package:
            continue
        parts = {"": package.get("dependencies", []), **package.get("optional-dependencies", {})}
        found = [
            (extra, word)
            for extra, values in parts.items()
            for value in values
            if _holds(value.get("marker"), extra)
            for word in _words(value["name"], value.get("extra", ()))
        ]
        yield package["name"], package["version"], found


def _holds(marker: Marker | str | None, extra: str) -> bool:
    if not marker:
        return True
    try:
        asked = Marker(str(marker))
        return any(
            asked.evaluate({**ENVIRONMENT, "extra": extra, "python_version": one, "python_full_version": f"{one}.9"})
            for one in PYTHONS
        )
    except InvalidMarker:
        return False


def _words(name: str, extras: Iterable[str]) -> Iterator[str]:
    normal = canonicalize_name(name)
    yield normal
    yield from (f"{normal}[{canonicalize_name(extra)}]" for extra in extras)


def note(releases: Releases, name: str, version: str, requirements: Iterable[tuple[str, str]]) -> None:
    """Add what a file said of a release to what others said of it."""
    try:
        of_release = releases[canonicalize_name(name)][Version(version)]
    except InvalidVersion:
        return
    of_release[""] |= set()
    for extra, requirement in requirements:
        of_release[extra if extra == SAME else canonicalize_name(extra)] |= {requirement} - {""}


def of_table(lines: Iterable[str]) -> Iterator[Facts]:
    """What an earlier table says: of a first release, of those that it names, and of one after each of these."""
    of_name: dict[str, list[tuple[str, re.Match[str]]]] = defaultdict(list)
    for line in lines:
        key, *words = line.split()
        name, _bracket, extra = key.rstrip("]").partition("[")
        of_name[name] += [(extra, match) for word in words if (match := _WORD.fullmatch(word))]
    for name, found in of_name.items():
        named = {version for _extra, match in found for version in (match["after"], match["before"]) if version}
        for version in ("0", *named, *map(_right_after, named)):
            there = [(extra, match) for extra, match in found if _between(version, match["after"], match["before"])]
            asked = [(extra, match["name"]) for extra, match in there] + [(extra, "") for extra, _match in found]
            yield name, version, asked + [(SAME, match["name"]) for _extra, match in there if match["same"]]


def _right_after(version: str) -> str:
    one = Version(version)
    if one.is_devrelease:
        return one.public.partition(".dev")[0]
    return f"{one.public.partition('.post')[0]}.post{0 if one.post is None else one.post + 1}"


def _between(version: str, after: str | None, before: str | None) -> bool:
    one = Version(version)
    return not (after and one <= Version(after)) and not (before and one >= Version(before))


def table(releases: Releases) -> list[str]:
    """Lines of the table, in order: a distribution, or one of its extras, and what it requires."""
    lines = {}
    for name, of_all in releases.items():
        final = {version: parts for version, parts in of_all.items() if not version.is_prerelease} or of_all
        ordered = [(version, final[version]) for version in sorted(final)]
        same = {word for _version, parts in ordered for word in parts.get(SAME, ())}
        for extra in {extra for _version, parts in ordered for extra in parts} - {SAME}:
            if _FOR_DEVELOPERS.fullmatch(extra):
                continue
            key = f"{name}[{extra}]" if extra else name
            known = [(version, parts) for version, parts in ordered if extra in parts]
            words = sorted(_with_releases(known, extra, same, {name, key}))
            if not extra or 0 < len(words) <= MOST:  # of a distribution that requires nothing, this is known
                lines[key] = " ".join((key, *words))
    return [lines[name] for name in sorted(lines)]


def _with_releases(
    releases: list[tuple[Version, dict[str, set[str]]]], extra: str, same: set[str], without: set[str]
) -> Iterator[str]:
    """What releases require, each with those between which it holds.

    Of what an extra adds, releases that require it always say nothing.
    """
    for word in {word for _version, parts in releases for word in parts[extra]} - without:
        said = [(version, word in parts[extra]) for version, parts in releases if not (extra and word in parts[""])]
        having = [place for place, (_version, there) in enumerate(said) if there]
        if having and not _LEFT_OUT.fullmatch(word.partition("[")[0]):
            after = f">{said[having[0] - 1][0]}" if having[0] else ""
            before = f"<{said[having[-1] + 1][0]}" if having[-1] + 1 < len(said) else ""
            yield f"{word}{SAME if word in same else ''}{after}{before}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
