"""Interpreters and requirements. Building is tested in tests/functional/test_rebuild.py."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from bis._replay.environment import choose_interpreter, interpreters, requirement
from bis.errors import WrongPython
from bis.model.facets import Package

HERE = ".".join(map(str, sys.version_info[:3]))


def test_wrong_python() -> None:
    """Where no interpreter of the minor version is there, the message lists those that are."""
    with pytest.raises(WrongPython, match=rf"3\.4\.1.*{HERE}"):
        choose_interpreter("3.4.1", "CPython")


def test_interpreters() -> None:
    """The running interpreter comes first, and each version once."""
    known = interpreters()
    assert known[0].version == HERE
    assert len({i.version + i.implementation for i in known}) == len(known)


@pytest.mark.parametrize(
    ("package", "line"),
    [
        (Package("six", "1.16.0"), "six==1.16.0"),
        (Package("mine", "1", "file:///home/u/mine", editable=True), ""),
        (Package("mine", "1", "file:///home/u/mine"), ""),
        (Package("gone", "1", "file:///nowhere/gone-1-py3-none-any.whl"), "gone==1"),
        (Package("vcs", "1", "git+https://example.org/vcs@abc"), "vcs @ git+https://example.org/vcs@abc"),
    ],
)
def test_requirement(package: Package, line: str) -> None:
    """Each kind of package has the line that installs it, or none."""
    assert requirement(package) == line


def test_uv_is_there() -> None:
    """Uv comes with bis, as a program of its own."""
    from uv import find_uv_bin

    assert shutil.which(os.fsdecode(find_uv_bin()))
