"""The lock: an environment as a requirements file, and the differences of two environments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bis.model.facets import Environment, Package, Status

_HEADER = "# bis lock 1"
_PYTHON = re.compile(r"# python (?P<python>\S*) (?P<implementation>\S*)")
_PINNED = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;#]+)")
_COMMENT = re.compile(r" # " + _PINNED.pattern)
_SEPARATORS = re.compile(r"[-_.]+")
# Left out: bis watches, it is not part of what was run.
_OWN = "bis"


@dataclass(frozen=True, slots=True)
class Difference:
    """What two environments do not have in common; empty text means "missing"."""

    name: str
    first: str
    second: str


def normalised(name: str) -> str:
    """The name of a distribution in the form of PEP 503.

    Examples
    --------
    >>> normalised("Scikit_Learn")
    'scikit-learn'
    """
    return _SEPARATORS.sub("-", name).lower()


def lock_text(environment: Environment) -> str:
    """Requirements that rebuild an environment with ``uv pip install --no-deps -r``.

    Every distribution is listed, so that nothing needs to be resolved. `parse_lock` reads it back.
    """
    lines = [
        _HEADER,
        f"# python {environment.python} {environment.implementation}",
        "# rebuild with: uv pip install --no-deps -r THIS_FILE",
    ]
    lines += [_line(p) for p in sorted(environment.packages, key=lambda p: p.name) if p.name != _OWN]
    return "\n".join(lines) + "\n"


def parse_lock(text: str) -> Environment:
    """Read what `lock_text` wrote.

    Raises
    ------
    ValueError
        A line is not one that `lock_text` writes; the message has its number.
    """
    python = implementation = ""
    packages = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#") or not line.strip():
            head = _PYTHON.fullmatch(line)
            if head:
                python, implementation = head["python"], head["implementation"]
            continue
        package = _read_line(line)
        if package is None:
            raise ValueError(f"line {number} of the lock is not a pinned requirement: {line!r}")
        packages.append(package)
    return Environment(Status.RECORDED, python=python, implementation=implementation, packages=tuple(packages))


def differences(first: Environment, second: Environment) -> tuple[Difference, ...]:
    """What differs between two environments: the interpreter first, then distributions by name, without bis."""
    result = []
    for name in ("python", "implementation"):
        a, b = getattr(first, name), getattr(second, name)
        if a != b:
            result.append(Difference(name, a, b))
    known = {p.name: _describe(p) for p in first.packages}
    other = {p.name: _describe(p) for p in second.packages}
    for name in sorted((known.keys() | other.keys()) - {_OWN}):
        a, b = known.get(name, ""), other.get(name, "")
        if a != b:
            result.append(Difference(name, a, b))
    return tuple(result)


def _line(package: Package) -> str:
    pinned = f"{package.name}=={package.version}"
    if package.url is None:
        return pinned
    # The comment keeps the version, which a URL does not contain.
    where = f"-e {package.url}" if package.editable else f"{package.name} @ {package.url}"
    return f"{where} # {pinned}"


def _read_line(line: str) -> Package | None:
    if match := _PINNED.fullmatch(line.strip()):
        return Package(match["name"], match["version"])
    comment = _COMMENT.search(line)
    if comment is None or comment.end() != len(line):
        return None
    where = line[: comment.start()]
    if where.startswith("-e "):
        return Package(comment["name"], comment["version"], where[3:], editable=True)
    name, separator, url = where.partition(" @ ")
    return Package(name, comment["version"], url) if separator and name == comment["name"] else None


def _describe(package: Package) -> str:
    text = package.version if package.url is None else f"{package.version} from {package.url}"
    return f"{text} (editable)" if package.editable else text
