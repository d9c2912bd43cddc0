"""What uv's refusals mean; the texts are uv's own (0.9 to 0.13)."""

# ruff: noqa: E501, RUF001 (its lines and signs)

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._try.resolution import Lock, Unresolved, resolve_declared, unresolved
from bis.model.facets import Environment, Status
from bis.model.tried_project import FunnelPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NO_VERSION = """\
error: No solution found when resolving dependencies
  cause: Because there is no version of mlflow==99 and you require mlflow==99, we can conclude that your requirements are unsatisfiable.
"""
_UNKNOWN = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because no-such-package was not found in the package registry and you require no-such-package, we can conclude that your requirements are unsatisfiable.
"""
_NO_WHEEL = """\
error: No solution found when resolving dependencies
  cause: Because numpy==1.19.5 has no usable wheels and you require numpy==1.19.5, we can conclude that your requirements are unsatisfiable.

hint: Wheels are required for `numpy` because building from source is disabled for `numpy` (i.e., with `--no-build-package numpy`)
"""
_BUILD = """\
warning: `toolz-1.1.0-py3-none-any.whl` is missing an upload date, but user provided: 2021-06-01T00:00:00Z
  × Failed to build `sklearn==0.0.post1`
  ├─▶ The build backend returned an error
  ╰─▶ Call to `setuptools.build_meta:__legacy__.build_wheel` failed (exit status: 1)
"""


@pytest.mark.parametrize(
    ("said", "place", "name"),
    [
        (_NO_VERSION, FunnelPlace.UNRESOLVABLE, "mlflow"),
        (_UNKNOWN, FunnelPlace.UNRESOLVABLE, "no-such-package"),
        (_NO_WHEEL, FunnelPlace.NOT_INSTALLABLE, "numpy"),
        (_BUILD, FunnelPlace.NOT_INSTALLABLE, "sklearn"),
    ],
)
def test_refusals(said: str, place: FunnelPlace, name: str) -> None:
    """Versions that do not fit are unresolvable; what cannot be built, or has no wheel, is not installable."""
    found = unresolved(said)
    assert (found.place, found.evidence.name) == (place, name)
    assert "upload date" not in found.evidence.text


_CONTRADICTION = """\
error: No solution found when resolving dependencies
  cause: Because mlflow==2.9.2 depends on docker>=4.0.0,<7 and you require mlflow==2.9.2, we can conclude that you require docker>=4.0.0,<7. And because you require docker==7.0.0, we can conclude that your requirements are unsatisfiable.
"""
_TOO_OLD = """\
error: No solution found when resolving dependencies
  cause: Because the requested Python version (3.10.13) does not satisfy Python>=3.11 and numpy==2.4 depends on Python>=3.11, we can conclude that your requirements are unsatisfiable.
"""


@pytest.mark.parametrize(
    ("said", "any_python"),
    [(_CONTRADICTION, True), (_UNKNOWN, True), (_TOO_OLD, False), (_NO_WHEEL, False), (_BUILD, False)],
)
def test_what_no_python_can_mend(said: str, any_python: bool) -> None:
    """Requirements that contradict each other, and packages that do not exist."""
    assert unresolved(said).any_python is any_python


_OF_THE_INDEX = {"numpy": "1.24.0", "opencv-python": "4.5.5.64"}


def index() -> Callable[[Sequence[str]], Lock | Unresolved]:
    """An index of two packages, with uv's words for what it does not have."""

    def resolve(lines: Sequence[str]) -> Lock | Unresolved:
        for line in lines:
            name, _sign, version = line.partition("==")
            if name not in _OF_THE_INDEX:
                return unresolved(_UNKNOWN.replace("no-such-package", name))
            if version and version != _OF_THE_INDEX[name]:
                return unresolved(_NO_VERSION.replace("mlflow==99", line))
        return Lock(Environment(Status.RECORDED))

    return resolve


def test_what_only_conda_has_is_left_out_or_taken_in_any_version() -> None:
    """Each by name: a package that is on no index, and a version that only conda has."""
    lines = ("numpy==1.24.0", "gtk-icons", "opencv-python==4.5.5", "more-icons")
    conda = {"numpy", "gtk-icons", "opencv-python", "more-icons"}
    found = resolve_declared(lines, conda=conda, imported={"numpy", "opencv-python"}, resolve=index())
    assert isinstance(found, Lock)
    assert (found.left_out, found.loosened) == (("gtk-icons", "more-icons"), ("opencv-python==4.5.5",))


@pytest.mark.parametrize(
    ("line", "conda", "imported"),
    [
        ("gtk-icons", {"gtk-icons"}, {"gtk-icons"}),  # the program cannot do without it
        ("gtk-icons", set[str](), set[str]()),  # declared for pip: a slip of the pen
        ("numpy==99", set[str](), {"numpy"}),
    ],
)
def test_what_was_declared_for_pip_or_is_imported_is_not_given_up(
    line: str, conda: set[str], imported: set[str]
) -> None:
    """It is unresolvable, and the package is named."""
    found = resolve_declared((line,), conda=conda, imported=imported, resolve=index())
    assert isinstance(found, Unresolved)
    assert found.evidence.name == line.partition("==")[0]
