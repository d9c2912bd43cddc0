"""bis: would we get this experiment again?

The functions have the words of the commands: `bis.run`, `bis.replay`, `bis.show`, `bis.runs`, `bis.diff`, `bis.verify`,
`bis.store`, `bis.audit`, `bis.rule`. They are loaded when they are first used, so that ``import bis`` costs nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType

from bis._version import __version__

TYPE_CHECKING = False  # typing takes 7 ms to load, in each recorded process
if TYPE_CHECKING:
    from typing import Any

    from bis.api import (
        AuditOptions,
        ReplayOptions,
        audit,
        audit_corpus,
        diff,
        fetch_corpus,
        plan,
        replay,
        rule,
        run,
        runs,
        show,
        store,
        verify,
    )

__all__ = [
    "AuditOptions",
    "ReplayOptions",
    "__version__",
    "audit",
    "audit_corpus",
    "diff",
    "fetch_corpus",
    "plan",
    "replay",
    "rule",
    "run",
    "runs",
    "show",
    "store",
    "verify",
]


class _Public(ModuleType):
    """Keeps `audit`, `replay` and `verify` in their place, where packages of the same names are imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):  # the package is in sys.modules all the same
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Public


def __getattr__(name: str) -> Any:
    if name in __all__:
        from bis import api

        return getattr(api, name)
    raise AttributeError(f"module 'bis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
