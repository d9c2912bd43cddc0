"""Names of modules that are the user's: what the recorder loads must not take the name of a file of the program.

``import tokenize`` in a program beside a ``tokenize.py`` means that file. Were the standard library's loaded already,
by the recorder, the program would get that one. And where the recorder loads a module while the program runs, it must
not get, and run, the file of the user.
"""

from __future__ import annotations

import os
import sys
from _thread import _local

try:
    from _frozen_importlib_external import PathFinder
except ImportError:  # an interpreter that is not CPython
    from importlib.machinery import PathFinder

TYPE_CHECKING = False  # typing is not loaded at start-up
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_STANDARD = os.path.dirname(os.__file__)  # noqa: PTH120 (pathlib is not loaded)
_PACKAGE = "bis"
# What the recorder imports of bis while the program runs, besides its own package.
_LATER = ("bis.config", "bis.evidence.addresses", "bis.evidence.reentrancy")
_OURS = frozenset({"bis", "sitecustomize"})


def free(before: Iterable[str], folders: Iterable[str]) -> None:
    """Give back the names of the modules that were loaded since; who holds them keeps them.

    Parameters
    ----------
    before : iterable of str
        The names that were taken before the recorder was loaded.
    folders : iterable of str
        From where the program may import: where one of them has a ``bis`` of its own, that name is given back, too.
    """
    known = set(before)
    if _has_own(folders):
        for name in _LATER:
            __import__(name)
        del sys.modules[_PACKAGE]
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if name in known or top in known or top in _OURS or top in sys.builtin_module_names:
            continue
        del sys.modules[name]


def _has_own(folders: Iterable[str]) -> bool:
    """Whether one of the folders has a module or package of the name of bis, which is not bis."""
    for folder in dict.fromkeys(folders):
        package = os.path.join(folder, _PACKAGE)  # noqa: PTH118
        if os.path.isfile(f"{package}.py"):  # noqa: PTH113
            return True
        if os.path.isfile(f"{package}/__init__.py") and not os.path.isfile(f"{package}/instrument/user_names.py"):  # noqa: PTH113
            return True
    return False


def program_folders(project_root: str, target: str) -> list[str]:
    """The folders in which the program's own modules may be: of its file, of the working directory, of its project."""
    script = next((a for a in sys.orig_argv[1:] if not a.startswith("-")), "")
    files = [a for a in (script, target) if a.endswith(".py")]
    named = [os.path.dirname(os.path.realpath(f)) for f in files]  # noqa: PTH120
    return [*named, "", project_root, *sys.path]


class OwnImports(_local):
    """Within this context, in this thread, names of the standard library mean its modules, and are then given back.

    It is a finder for ``sys.meta_path``. Modules that the program has loaded under such a name stay what they are.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._taken: list[str] = []

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *exc: object) -> None:
        self._depth -= 1
        if not self._depth and self._taken:
            taken, self._taken = self._taken, []
            for name in list(sys.modules):
                if name.partition(".")[0] in taken:
                    sys.modules.pop(name, None)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002 (as it is called)
        """The standard library's module, where the user has a file of its name; None in all other cases."""
        if not self._depth or path is not None or name not in sys.stdlib_module_names:
            return None
        if name in sys.builtin_module_names or PathFinder.find_spec(name, _of_the_user()) is None:
            return None
        spec = PathFinder.find_spec(name, [_STANDARD, os.path.join(_STANDARD, "lib-dynload")])  # noqa: PTH118
        if spec is not None:
            self._taken.append(name)
        return spec


def _of_the_user() -> list[str]:
    """The folders that come before the standard library's."""
    folders: list[str] = []
    for folder in sys.path:
        if os.path.abspath(folder) == _STANDARD:  # noqa: PTH100
            break
        folders.append(folder)
    return folders


OWN_IMPORTS = OwnImports()
