"""A home folder of a program's own, empty at first, in place of the user's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis.instrument.confinement import CACHE_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Where libraries ask for the home folder: POSIX, Windows, and the places within it that have variables of their own.
_HOMES = ("HOME", "USERPROFILE")
_WITHIN = ("HOMEDRIVE", "HOMEPATH", "PYTHONUSERBASE", "XDG_CONFIG_DIRS", "XDG_RUNTIME_DIR")
_XDG = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
}
_WINDOWS = {"APPDATA": "AppData/Roaming", "LOCALAPPDATA": "AppData/Local"}
_CACHES = (".cache", ".config/matplotlib", ".ipython", ".jupyter", ".local/share/jupyter", "AppData", "Library/Caches")


def with_own_home(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A copy of an environment in which all that names the home folder names another one, which is made.

    Parameters
    ----------
    environment : mapping of str to str
        The variables of a program.
    folder : Path
        Its home folder (absolute).

    Raises
    ------
    OSError
        The folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = {k: v for k, v in environment.items() if k not in {*_WITHIN, *CACHE_VARIABLES}}
    changed |= dict.fromkeys(_HOMES, str(folder))
    changed |= {name: os.path.join(folder, *place.split("/")) for name, place in _XDG.items()}  # noqa: PTH118 (text)
    if os.name == "nt":
        changed |= {name: os.path.join(folder, *place.split("/")) for name, place in _WINDOWS.items()}  # noqa: PTH118
    return changed


def left_in_home(folder: Path, *, most: int = 20) -> tuple[str, ...]:
    """What a program left in its home folder, but for caches: names relative to it, the first ones by the alphabet."""
    found: list[str] = []
    for where, folders, files in os.walk(folder):
        inner = os.path.relpath(where, folder)
        prefix = "" if inner == "." else f"{inner}/".replace(os.sep, "/")
        folders[:] = sorted(name for name in folders if f"{prefix}{name}" not in _CACHES)
        found += [prefix + name for name in sorted(files)]
        if len(found) >= most:
            break
    return tuple(found[:most])
