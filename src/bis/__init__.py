"""bis: would we get this experiment again?

The functions have the words of the commands: `bis.run`, `bis.replay`, `bis.show`, `bis.runs`, `bis.diff`, `bis.verify`,
`bis.store`, `bis.audit`, `bis.rule`, `bis.list_cache`. They are loaded when they are first used, so that ``import bis``
costs nothing.
"""

from __future__ import annotations

from bis._version import __version__

TYPE_CHECKING = False  # typing takes 7 ms to load, in each recorded process
if TYPE_CHECKING:
    from bis.api import (
        audit,
        audit_corpus,
        diff,
        fetch_corpus,
        list_cache,
        plan,
        remove_cache,
        replay,
        rule,
        run,
        runs,
        show,
        store,
        verify,
    )

__all__ = [
    "__version__",
    "audit",
    "audit_corpus",
    "diff",
    "fetch_corpus",
    "list_cache",
    "plan",
    "remove_cache",
    "replay",
    "rule",
    "run",
    "runs",
    "show",
    "store",
    "verify",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from bis import api

        return getattr(api, name)
    raise AttributeError(f"module 'bis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
