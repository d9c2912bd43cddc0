"""bis: would we get this experiment again?

The functions have the words of the commands: `bis.run`, `bis.replay`, `bis.show`, `bis.runs`, `bis.diff`,
`bis.explain`, `bis.bisect`, `bis.compare`, `bis.verify`, `bis.store`, `bis.audit`, `bis.rule`, `bis.list_cache`,
`bis.try_project`, `bis.export`, `bis.badge`, `bis.ci`. They are loaded when they are first used, so that ``import bis``
costs nothing.
"""

from __future__ import annotations

from bis._version import __version__

TYPE_CHECKING = False  # typing takes 7 ms to load, in each recorded process
if TYPE_CHECKING:
    from bis.api import (
        audit,
        audit_corpus,
        badge,
        bisect,
        check_export,
        ci,
        compare,
        compare_groups,
        diff,
        explain,
        export,
        fetch_corpus,
        find_operation,
        list_cache,
        mutate,
        plan,
        remove_cache,
        replay,
        report_page,
        rule,
        run,
        runs,
        show,
        store,
        study,
        try_corpus,
        try_project,
        verify,
    )

__all__ = [
    "__version__",
    "audit",
    "audit_corpus",
    "badge",
    "bisect",
    "check_export",
    "ci",
    "compare",
    "compare_groups",
    "diff",
    "explain",
    "export",
    "fetch_corpus",
    "find_operation",
    "list_cache",
    "mutate",
    "plan",
    "remove_cache",
    "replay",
    "report_page",
    "rule",
    "run",
    "runs",
    "show",
    "store",
    "study",
    "try_corpus",
    "try_project",
    "verify",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from bis import api

        return getattr(api, name)
    raise AttributeError(f"module 'bis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
