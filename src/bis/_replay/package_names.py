"""Whether what a record names as packages can be names, versions and addresses of packages, and nothing else.

A record may come from another user, and its packages go into a file and a command line of uv: a line break, or an
option in place of a version, would be an instruction to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bis.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from bis.model.facets import Environment, Package

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")  # PEP 508
# PEP 440, and what older tools wrote in its place: letters, digits and separators, which no option begins with.
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_PYTHON = re.compile(r"[0-9]+(?:\.[0-9]+)*[a-z0-9.+-]*")
_IMPLEMENTATION = re.compile(r"[A-Za-z0-9_-]*")
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f]+")
_SCHEMES = frozenset({"http", "https", "file", "git", "hg", "svn", "bzr", "ftp", "ssh"})
_SHOWN = 80


def check_packages(environment: Environment) -> None:
    """Refuse an environment whose interpreter or packages cannot be what they are said to be.

    Raises
    ------
    EnvironmentBuildError
        One of them; the message names it.
    """
    if environment.python and not _PYTHON.fullmatch(environment.python):
        raise _refused("the version of Python", environment.python)
    if not _IMPLEMENTATION.fullmatch(environment.implementation):
        raise _refused("the implementation of Python", environment.implementation)
    for package in environment.packages:
        _check(package)


def _check(package: Package) -> None:
    if not _NAME.fullmatch(package.name):
        raise _refused("the name of a package", package.name)
    if not _VERSION.fullmatch(package.version):
        raise _refused(f"the version of {package.name}", package.version)
    if package.url and not _is_address(package.url):
        raise _refused(f"the address of {package.name}", package.url)


def _is_address(url: str) -> bool:
    if not _ADDRESS.fullmatch(url) or url.startswith("-"):
        return False
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return False
    return bool(scheme) and set(scheme.lower().split("+")) <= _SCHEMES


def _refused(what: str, found: str) -> EnvironmentBuildError:
    return EnvironmentBuildError(
        f"the record has {found[:_SHOWN]!r} as {what}, which it cannot be",
        hint="The record was made or changed by hand. --env current does without its packages.",
    )
