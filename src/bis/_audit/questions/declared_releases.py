"""Which releases of a package a project runs with, as far as its lists and locks say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from bis._audit.files.dependencies import is_lock
from bis._audit.questions.asked_once import asked_once

if TYPE_CHECKING:
    from bis._audit.questions.analysis import Analysis

_MOST_LOCK = 8 * 2**20
# Poetry's and conda's ways to ask for a series of releases, and how it is said otherwise.
_SERIES = re.compile(r"(?P<sign>[\^~]|=)\s*v?(?P<version>\d+(?:\.\d+)*)(?:\.\*|=\w+)?")


def is_before(analysis: Analysis, package: str, release: str) -> bool:
    """Whether all that a project declares of a package keeps it before a release; false where that is not known.

    Parameters
    ----------
    analysis : Analysis
    package : str
        Its normalised name.
    release : str
        The first release that does something: ``2.4``.
    """
    ranges = _ranges(analysis, package)
    first = Version(release)
    return bool(ranges) and all(until is not None and until <= first for _since, until in ranges)


def is_since(analysis: Analysis, package: str, release: str) -> bool:
    """Whether all that a project declares of a package makes it a release or a later one.

    Parameters
    ----------
    analysis : Analysis
    package : str
        Its normalised name.
    release : str
    """
    ranges = _ranges(analysis, package)
    first = Version(release)
    return bool(ranges) and all(since is not None and since >= first for since, _until in ranges)


_Range = tuple[Version | None, Version | None]  # from the one on, and before the other


@asked_once
def _ranges(analysis: Analysis, package: str) -> tuple[_Range, ...]:
    """What each list allows; of a list from which a lock may have been resolved, what the lock says.

    Databricks has its own releases, whatever lists for other machines say.
    """
    if any(call.path.startswith("dbutils.") for module in analysis.project.programs for call in module.calls):
        return ()
    locked = [_of_one(version) for version in _locked(analysis, package)]
    declared = [_range(one.spec) for one in analysis.project.dependencies.computing if one.name == package]
    return (*locked, *(one for one in declared if not any(_allows(one, release) for release, _until in locked)))


def _allows(range_: _Range, release: Version | None) -> bool:
    since, until = range_
    return release is not None and (since is None or release >= since) and (until is None or release < until)


def _locked(analysis: Analysis, package: str) -> list[str]:
    """The releases of a package in the locks of a project."""
    name = re.escape(package)
    known = re.compile(
        rf'(?m)^name = "{name}"\r?\nversion = "(?P<toml>[^"\n]+)"'
        rf'|^ {{8}}"{name}": \{{[^{{}}]{{0,20000}}?"version": "==(?P<json>[^"\n]+)"'
        rf"|^\s{{0,4}}(?:- )?name: {name}\r?\n\s+version: (?P<yaml>[\w.]+)"
    )
    return [
        match["toml"] or match["json"] or match["yaml"]
        for path, text in analysis.project.texts.items()
        if is_lock(path)
        for match in known.finditer(text[:_MOST_LOCK])
    ]


def _of_one(version: str) -> _Range:
    try:
        one = Version(version)
    except InvalidVersion:
        return None, None
    return one, _after(one)


def _after(version: Version) -> Version:
    """The next release that may be: of 2.3.1 that is 2.3.2."""
    return _next(version.release, len(version.release) - 1)


def _next(release: tuple[int, ...], place: int) -> Version:
    return Version(".".join(map(str, (*release[:place], release[place] + 1))))


def _range(spec: str) -> _Range:
    """The releases that a specification allows; None where it sets no bound."""
    series = _SERIES.fullmatch(spec.strip())
    if series:
        version = Version(series["version"])
        places = len(version.release)
        if series["sign"] == "^":
            return version, _next(version.release, 0)
        return version, _next(version.release, min(places - 1, 1) if series["sign"] == "~" else places - 1)
    since: Version | None = None
    until: Version | None = None
    try:
        parts = list(SpecifierSet(spec.replace("===", "==")))
    except InvalidSpecifier:
        return None, None
    for part in parts:
        version = Version(part.version.removesuffix(".*"))
        if part.operator in {"==", "~=", ">=", ">"}:
            since = max(version, since) if since else version
        if part.operator == "~=":
            upper = _next(version.release, max(len(version.release) - 2, 0))
        elif part.operator in {"==", "<="}:
            upper = _after(version)
        elif part.operator == "<":
            upper = version
        else:
            continue
        until = min(upper, until) if until else upper
    return since, until
