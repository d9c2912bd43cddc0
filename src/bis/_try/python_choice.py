"""Which Pythons a project is tried with, the best first: what it asks for, what its day had, what this machine has."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from bis._audit.files.manifests import Unreadable, load_toml
from bis._replay.environment import Interpreter
from bis._try.version_words import as_specifier
from bis.model.verdict import Deviation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._try.candidates import ProjectFiles
    from bis.model.tried_project import Candidate

# First releases, https://www.python.org/downloads/ and the release schedules (PEP 494 to PEP 745).
RELEASED = {
    (3, 6): date(2016, 12, 23),
    (3, 7): date(2018, 6, 27),
    (3, 8): date(2019, 10, 14),
    (3, 9): date(2020, 10, 5),
    (3, 10): date(2021, 10, 4),
    (3, 11): date(2022, 10, 24),
    (3, 12): date(2023, 10, 2),
    (3, 13): date(2024, 10, 7),
    (3, 14): date(2025, 10, 7),
}
_UNTIL_KNOWN = 183  # days
OLDEST = (3, 10)  # the recorder works from this one on
_IN_CONDA = re.compile(r"(?m)^\s*-\s*['\"]?python\s*(?P<spec>[=<>~!]=?[^\s#'\"]*)")
_IN_PYTHON_ENV = re.compile(r"(?m)^python:\s*['\"]?(?P<version>\d[\d.]*)")
_IN_SETUP = re.compile(r"python_requires\s*=\s*['\"]?(?P<spec>[<>=~!][^'\"\n]*)")
_NAMES = ("pyproject.toml", "pipfile", "setup.py", "setup.cfg", "runtime.txt", ".python-version")


@dataclass(frozen=True, slots=True)
class AskedPython:
    """What a project says of its Python: a specifier of PEP 440, and the file that says so; both empty where none."""

    specifier: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class ChosenPython:
    """An interpreter to try, and what of it is not as the project and its day would have it."""

    interpreter: Interpreter
    deviations: tuple[Deviation, ...] = ()


def asked_python(candidate: Candidate, files: ProjectFiles, manifests: Sequence[str]) -> AskedPython:
    """The Python that the files ask for: those that declare the dependencies, then those at the project's top."""
    top = [n for n in files.texts if posixpath.dirname(n) in {"", candidate.cwd} and n.lower().endswith(_NAMES)]
    for path in (*manifests, *sorted(top, key=lambda n: n.count("/"))):
        specifier = _asked_in(path, files.text(path))
        if specifier:
            return AskedPython(specifier, path)
    return AskedPython()


def _asked_in(path: str, text: str) -> str:
    name = posixpath.basename(path).lower()
    if name in {"pyproject.toml", "pipfile"}:
        found = _in_toml(text, name)
    elif name.startswith("python_env"):
        found = f"=={match['version']}" if (match := _IN_PYTHON_ENV.search(text)) else ""
    elif name.endswith((".yml", ".yaml")):
        found = as_specifier(match["spec"], conda=True) if (match := _IN_CONDA.search(text)) else ""
    elif name in {"setup.py", "setup.cfg"}:
        found = match["spec"].strip() if (match := _IN_SETUP.search(text)) else ""
    elif name in {"runtime.txt", ".python-version"}:
        version = re.fullmatch(r"(?:python-?)?(\d+\.\d+(?:\.\d+)?)", text.strip())
        found = f"=={version[1]}" if version else ""
    else:
        found = ""
    try:
        return str(SpecifierSet(found))
    except InvalidSpecifier:
        return ""


def _in_toml(text: str, name: str) -> str:
    try:
        content = load_toml(text)
    except Unreadable:
        return ""

    def at(*path: str) -> str:
        found: object = content
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, str) else ""

    if name == "pipfile":
        version = at("requires", "python_full_version") or at("requires", "python_version")
        return f"=={version}" if re.fullmatch(r"\d[\d.]*", version) else ""
    return at("project", "requires-python") or as_specifier(at("tool", "poetry", "dependencies", "python"))


def earliest_use(version: str) -> float:
    """From when on packages are there for a Python: a year after its first release, in seconds since 1970."""
    released = RELEASED.get(_minor(version), min(RELEASED.values()))
    day = datetime(released.year + 1, released.month, released.day, tzinfo=timezone.utc)
    return day.timestamp()


def is_known(minor: tuple[int, int], day: date) -> bool:
    """Whether a Python had been out for so long on a day that most libraries had wheels for it, and people used it."""
    return RELEASED[minor] + timedelta(days=_UNTIL_KNOWN) <= day


def newest_of(day: date) -> tuple[int, int]:
    """The newest Python that was released by a day; the oldest known one before all."""
    return max((v for v, released in RELEASED.items() if released <= day), default=min(RELEASED))


def pythons_to_try(
    asked: AskedPython, as_of_unix_s: float | None, installed: Sequence[Interpreter]
) -> tuple[ChosenPython, ...]:
    """Interpreters of this machine in the order in which they are tried.

    Those that the project allows and its day had come first, the newest before the others; of these, one that had just
    come out is after those that libraries knew. Then comes what is nearest to them. Only CPython that bis can record
    with is used.
    """
    day = date.today() if as_of_unix_s is None else datetime.fromtimestamp(as_of_unix_s, timezone.utc).date()  # noqa: DTZ011
    newest = newest_of(day)
    ones: dict[tuple[int, int], Interpreter] = {}
    for one in installed:
        if one.implementation.lower() == "cpython" and _minor(one.version) >= OLDEST:
            ones.setdefault(_minor(one.version), one)
    allowed = [v for v in RELEASED if v <= newest and _allows(asked.specifier, v)]
    wanted = max(allowed, default=_named(asked.specifier) or newest)
    right = sorted((v for v in ones if v in allowed), key=lambda v: (is_known(v, day), v), reverse=True)
    rest = sorted((v for v in ones if v not in allowed), key=lambda v: (abs(v[1] - wanted[1]), v > wanted))
    found = [ChosenPython(ones[v], _of_patch(asked, ones[v], v)) for v in right]
    for v in rest:
        why = "not on this machine" if wanted >= OLDEST else "bis records Python 3.10 and later"
        recorded = asked.specifier or f"{wanted[0]}.{wanted[1]}"
        found.append(ChosenPython(ones[v], (Deviation("Python", recorded, ones[v].version, why),)))
    return tuple(found)


def _of_patch(asked: AskedPython, one: Interpreter, minor: tuple[int, int]) -> tuple[Deviation, ...]:
    """A deviation where the project names one patch release, and this is another."""
    del minor
    exact = re.fullmatch(r"==(\d+\.\d+\.\d+)", asked.specifier)
    if exact and exact[1] != one.version:
        return (Deviation("Python", exact[1], one.version, "this patch release is not on this machine"),)
    return ()


def _allows(specifier: str, minor: tuple[int, int]) -> bool:
    """Whether some patch release of a minor version is allowed."""
    if not specifier:
        return True
    exact = re.fullmatch(r"={2,3}(\d+)\.(\d+)(?:\.\d+)*(?:\.\*)?", specifier)
    if exact:
        return (int(exact[1]), int(exact[2])) == minor
    known = SpecifierSet(specifier)
    return any(known.contains(f"{minor[0]}.{minor[1]}.{patch}") for patch in range(25))


def _named(specifier: str) -> tuple[int, int] | None:
    """The minor version that a specifier names, where no known one satisfies it."""
    match = re.search(r"(\d+)\.(\d+)", specifier)
    return (int(match[1]), int(match[2])) if match else None


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
