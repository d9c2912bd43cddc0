"""The packages of an environment in which something was changed, as uv resolves them from the index."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from bis._replay.environment import Interpreter, choose_interpreter, interpreters, uv_gist
from bis._replay.package_index import index_options
from bis._replay.uv_client import run_uv
from bis.errors import BisError, EnvironmentBuildError, WrongPython
from bis.model.facets import Environment, Package, Status
from bis.model.lock import normalised
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import Deviation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LIMIT_S = 300.0  # for what uv asks the index
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;#\\]+)")
_UNKNOWN = re.compile(
    r"(?:no versions of |ecause )([a-z0-9][a-z0-9._-]*)(?: and| was not found in the package registry)"
)
_OWN = "bis"
_LEAST_MLFLOW = "mlflow>=2.10"  # what a replay needs
_REQUIREMENTS = (
    "import json, importlib.metadata as m; "
    "print(json.dumps([[d.metadata['Name'], d.requires or []] for d in m.distributions() if d.metadata['Name']]))"
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A changed environment: `deviations` is what had to change with what was asked for, `statements` what to know."""

    environment: Environment
    deviations: tuple[Deviation, ...] = ()
    statements: tuple[Statement, ...] = ()


class VersionUnavailable(BisError):
    """Raised when no index has a version of a package, or none for this Python; `near` are versions that it has."""

    code = "version-unavailable"

    def __init__(self, package: str, version: str, near: tuple[str, ...], said: str) -> None:
        super().__init__(f"no index has {package} {version} for this environment: {said}")
        self.package = package
        self.version = version
        self.near = near
        self.said = said


def with_version(recorded: Environment, package: str, version: str, *, python: str) -> Resolution:
    """The environment with another version of one package, and of those that this one then needs otherwise.

    Packages that need another version of it are left as they are, and named.

    Parameters
    ----------
    recorded : Environment
        As it is now.
    package, version : str
        What is wanted.
    python : str
        An interpreter in which the recorded packages are installed.

    Raises
    ------
    VersionUnavailable
        There is no such version.
    EnvironmentBuildError
        uv cannot resolve it, or has not answered.
    """
    answer = _compile([f"{package}=={version}"], _pins(recorded), python)
    if answer.returncode != 0:
        raise VersionUnavailable(package, version, _near(package, version, python), uv_gist(answer.stderr))
    found = resolved_versions(answer.stdout)
    changed = _changed(recorded, found, wanted=package)
    statements = unmet(installed_requirements(python), changed, but=found.keys())
    return Resolution(changed, _deviations(recorded, changed, package), statements)


def of_date(recorded: Environment, day: str, *, python: str) -> Resolution:
    """The environment with what the index had at the end of a day (ISO 8601, UTC).

    What was installed for its own sake is resolved anew, without any version being asked for. Packages that came from
    elsewhere than an index stay, and so do those that the index did not have.

    Raises
    ------
    EnvironmentBuildError
        Something was not there on that day, or uv has not answered.
    """
    requirements = installed_requirements(python)
    here = {p.name for p in recorded.packages if not p.url}
    wanted = [name for name in direct_packages(requirements) if name in here]
    stay: list[str] = []
    while True:
        lines = [_LEAST_MLFLOW if name == "mlflow" else name for name in wanted]
        answer = _compile(lines, (), python, "--exclude-newer", f"{day}T23:59:59Z")
        if answer.returncode == 0:
            break
        unknown = {normalised(n) for n in _UNKNOWN.findall(" ".join(answer.stderr.split()))} & set(wanted)
        if not unknown:
            raise EnvironmentBuildError(f"the packages of {day} cannot be resolved: {uv_gist(answer.stderr)}")
        stay += sorted(unknown)
        wanted = [name for name in wanted if name not in unknown]
    changed = _changed(recorded, resolved_versions(answer.stdout))
    said = (statement(StatementCode.PACKAGES_STAY, packages=tuple(stay)),) if stay else ()
    return Resolution(changed, _deviations(recorded, changed, ""), said)


def of_requirements(requirements: Sequence[str], day: str, *, python: str, implementation: str = "") -> Resolution:
    """An environment of requirements in pip's words, with what the index had at the end of a day (ISO 8601, UTC).

    `python` is a version ``X.Y`` or ``X.Y.Z``. Where this machine has none of that minor version, the nearest one is
    taken, which is a deviation.

    Raises
    ------
    WrongPython
        There is no Python on this machine.
    EnvironmentBuildError
        They cannot be resolved together, or uv has not answered.
    """
    interpreter, deviations = nearest_interpreter(python, implementation)
    answer = _compile(requirements, (), interpreter.path, "--exclude-newer", f"{day}T23:59:59Z")
    if answer.returncode != 0:
        raise EnvironmentBuildError(
            f"{', '.join(requirements)} cannot be resolved as of {day}: {uv_gist(answer.stderr)}"
        )
    packages = tuple(Package(name, version) for name, version in sorted(resolved_versions(answer.stdout).items()))
    kind = interpreter.implementation
    found = Environment(Status.RECORDED, python=interpreter.version, implementation=kind, packages=packages)
    return Resolution(found, deviations)


def nearest_interpreter(version: str, implementation: str = "") -> tuple[Interpreter, tuple[Deviation, ...]]:
    """The interpreter of this version, else of the nearest minor version; where it is not the same, a deviation.

    Raises
    ------
    WrongPython
        There is no Python on this machine.
    """
    try:
        return choose_interpreter(version, implementation)
    except WrongPython:
        kind = (implementation or "cpython").lower()
        known = [i for i in interpreters() if i.implementation == kind]
        if not known:
            raise
    chosen = min(known, key=lambda i: (abs(_minor(i.version) - _minor(version)), -_minor(i.version)))
    return chosen, (Deviation("Python", version, chosen.version),)


def _minor(version: str) -> int:
    parts = version.split(".")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() else 0


def for_python(recorded: Environment, version: str) -> Resolution:
    """The environment for another version of Python, with the same versions of packages where they support it.

    Raises
    ------
    WrongPython
        There is no such Python on this machine.
    EnvironmentBuildError
        A package does not support it, or uv has not answered.
    """
    interpreter, _ = choose_interpreter(version, recorded.implementation)
    if not same_python(interpreter.version, version):  # the nearest patch release would answer another question
        there = ", ".join(i.version for i in interpreters())
        raise WrongPython(f"Python {version} is not on this machine, which has {there}")
    names = [p.name for p in recorded.packages if p.name != _OWN and not p.url]
    answer = _compile(names, _pins(recorded), interpreter.path)
    if answer.returncode != 0:
        raise EnvironmentBuildError(f"the packages cannot be resolved for Python {version}: {uv_gist(answer.stderr)}")
    changed = _changed(replace(recorded, python=interpreter.version), resolved_versions(answer.stdout))
    return Resolution(changed, _deviations(recorded, changed, ""))


def same_python(version: str, asked: str) -> bool:
    """Whether a version of Python is the one that was asked for, of which the patch release may be left out.

    Examples
    --------
    >>> same_python("3.12.1", "3.12"), same_python("3.12.1", "3.12.10"), same_python("3.1.2", "3.12")
    (True, False, False)
    """
    parts = asked.split(".")
    return version.split(".")[: len(parts)] == parts


def resolved_versions(text: str) -> dict[str, str]:
    """Versions by package, of what ``uv pip compile`` prints."""
    matches = (_PINNED.match(line) for line in text.splitlines())
    return {normalised(m["name"]): m["version"] for m in matches if m}


def direct_packages(requirements: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Packages that no other one requires; of a circle one from which the others are reached.

    bis is not among them, and of what it alone requires only MLflow is.
    """
    needs = {
        name: {normalised(r.name) for r in _read(lines)} & requirements.keys()
        for name, lines in requirements.items()
        if name != _OWN
    }
    ours = {normalised(r.name) for r in _read(requirements.get(_OWN, ()))} - {"mlflow"}
    needed = {n for name, of_name in needs.items() for n in of_name if n != name}
    roots = sorted(needs.keys() - needed - ours)
    reached = _reached(roots, needs)
    for name in sorted(needs.keys() - reached - _reached(ours, needs)):
        if name not in reached:
            roots.append(name)
            reached |= _reached([name], needs)
    return tuple(roots)


def _reached(start: Iterable[str], needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found and name in needs:
            found.add(name)
            waiting += needs[name]
    return found


def unmet(
    requirements: Mapping[str, Sequence[str]], changed: Environment, *, but: Iterable[str] = ()
) -> tuple[Statement, ...]:
    """Requirements that a changed environment does not meet any more, by packages other than those in `but`."""
    versions = {p.name: p.version for p in changed.packages}
    left_out = set(but)
    found = []
    for package in sorted(requirements.keys() - left_out - {_OWN}):
        for requirement in _read(requirements[package]):
            version = versions.get(normalised(requirement.name))
            if version is None or normalised(requirement.name) not in left_out or _meets(requirement, version):
                continue
            text = f"{requirement.name}{requirement.specifier}"
            code = StatementCode.REQUIREMENT_NOT_MET
            found.append(statement(code, package=package, requirement=text, version=version))
    return tuple(found)


def _meets(requirement: Requirement, version: str) -> bool:
    try:
        return requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True


def _read(lines: Iterable[str]) -> list[Requirement]:
    """Requirements that hold in an environment like this one, without extras."""
    found = []
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found.append(requirement)
    return found


def installed_requirements(python: str) -> dict[str, list[str]]:
    """What each package that an interpreter finds says that it requires.

    Raises
    ------
    EnvironmentBuildError
        The interpreter does not run.
    """
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    answer = subprocess.run(
        [python, "-c", _REQUIREMENTS],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
        stdin=subprocess.DEVNULL,
    )
    if answer.returncode != 0:
        raise EnvironmentBuildError(f"{python} does not say what is installed: {answer.stderr.strip()[-300:]}")
    found: dict[str, list[str]] = {}
    for name, requires in json.loads(answer.stdout):
        found.setdefault(normalised(name), requires)
    return found


def _pins(environment: Environment) -> tuple[str, ...]:
    """What uv prefers where it may choose; labels of builds are left out, which an index may not know."""
    return tuple(f"{p.name}=={p.version.split('+')[0]}" for p in environment.packages if not p.url and p.name != _OWN)


def _compile(
    wanted: Iterable[str], preferred: Iterable[str], python: str, *options: str
) -> subprocess.CompletedProcess[str]:
    """Resolve requirements, of wheels alone where that is possible; what is preferred is taken where it may be."""
    with tempfile.TemporaryDirectory(prefix="bis-resolve-") as name:
        given, lock = Path(name) / "requirements.in", Path(name) / "requirements.txt"
        given.write_text("".join(f"{line}\n" for line in wanted), encoding="utf-8")
        command = (
            *("pip", "compile", "--no-header", "--no-annotate", "--python", python, "--output-file", str(lock)),
            *(*index_options(os.environ), *options),
        )
        for building in ("--no-build", "--build"):
            lock.write_text("".join(f"{line}\n" for line in preferred), encoding="utf-8")
            chosen = (building,) if building == "--no-build" else ()
            try:
                answer = run_uv(*command, *chosen, str(given), timeout_s=_LIMIT_S)
            except subprocess.TimeoutExpired as error:
                raise EnvironmentBuildError(
                    f"the package index has not answered within {_LIMIT_S:g} s", hint="Is there a connection?"
                ) from error
            if answer.returncode == 0:
                break
        return answer


def _near(package: str, version: str, python: str) -> tuple[str, ...]:
    """The nearest versions that the index has, below and above, and its latest."""
    found = []
    for bound, options in (("<", ()), (">", ("--resolution", "lowest")), ("", ())):
        wanted = f"{package}{bound}{version if bound else ''}"
        answer = _compile([wanted], (), python, "--no-deps", *options)
        if answer.returncode == 0:
            found += list(resolved_versions(answer.stdout).values())
    return tuple(dict.fromkeys(found))


def _changed(recorded: Environment, found: Mapping[str, str], wanted: str = "") -> Environment:
    """The recorded packages with what was found in their place; one that is not from an index stays, unless wanted."""
    kept = []
    for package in recorded.packages:
        version = found.get(package.name)
        fixed = package.name != wanted and (package.url or package.version.split("+")[0] == version)
        kept.append(
            package if version is None or fixed or package.version == version else Package(package.name, version)
        )
    names = {p.name for p in recorded.packages}
    added = [Package(name, version) for name, version in found.items() if name not in names]
    return replace(recorded, packages=tuple(sorted((*kept, *added), key=lambda p: p.name)))


def _deviations(recorded: Environment, changed: Environment, wanted: str) -> tuple[Deviation, ...]:
    before = {p.name: p.version for p in recorded.packages}
    return tuple(
        Deviation(f"package {p.name}", before.get(p.name, "none"), p.version)
        for p in changed.packages
        if p.name != wanted and before.get(p.name) != p.version
    )
