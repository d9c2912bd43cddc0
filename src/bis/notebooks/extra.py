"""The optional extra that runs notebooks."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bis.errors import MissingExtra

if TYPE_CHECKING:
    from types import ModuleType

REQUIRED = ("nbformat", "nbclient", "jupyter_client", "psutil")


def require(name: str) -> ModuleType:
    """Import a module of the extra ``bis[notebook]``.

    Raises
    ------
    MissingExtra
        The module is not installed.
    """
    if find_spec(name.partition(".")[0]) is None:
        raise MissingExtra(
            f"notebooks need {name}, which is not installed",
            hint="Install it with: pip install 'bis[notebook]'",
            module=name,
        )
    return import_module(name)
