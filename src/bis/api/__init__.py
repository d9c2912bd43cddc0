"""The commands as functions: the same words, the same meaning, each option a keyword.

>>> import bis
>>> recorded = bis.run("train.py", "--lr", "0.1")  # doctest: +SKIP
>>> verdict = bis.replay("last", times=5)          # doctest: +SKIP
>>> verdict.level                                  # doctest: +SKIP
<Level.BITWISE: 'bitwise'>
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bis.api.audits import audit, audit_corpus, fetch_corpus, project_folder, repairs, rule, rules, write_baseline
    from bis.api.bisections import bisect
    from bis.api.comparisons import SeedHandling, compare, compare_groups
    from bis.api.experiments import explain, find_operation
    from bis.api.exports import badge, check_export, export
    from bis.api.gates import ci, mutate
    from bis.api.pages import report_page
    from bis.api.recorded_runs import diff, list_cache, remove_cache, run, runs, show, store
    from bis.api.replays import Environments, plan, replay, verify
    from bis.api.studies import study
    from bis.api.tries import corpus_tries, try_corpus, try_project

# The functions are loaded when they are first asked for: no command needs those of all others.
_HOMES = {
    "audits": (
        "audit",
        "audit_corpus",
        "fetch_corpus",
        "project_folder",
        "repairs",
        "rule",
        "rules",
        "write_baseline",
    ),
    "bisections": ("bisect",),
    "comparisons": (
        "SeedHandling",
        "compare",
        "compare_groups",
    ),
    "experiments": (
        "explain",
        "find_operation",
    ),
    "exports": (
        "badge",
        "check_export",
        "export",
    ),
    "gates": (
        "ci",
        "mutate",
    ),
    "pages": ("report_page",),
    "recorded_runs": (
        "diff",
        "list_cache",
        "remove_cache",
        "run",
        "runs",
        "show",
        "store",
    ),
    "replays": (
        "Environments",
        "plan",
        "replay",
        "verify",
    ),
    "studies": ("study",),
    "tries": (
        "corpus_tries",
        "try_corpus",
        "try_project",
    ),
}


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module(f"{__name__}.notebook_displays").attach_displays()
    found = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


__all__ = [
    "Environments",
    "SeedHandling",
    "audit",
    "audit_corpus",
    "badge",
    "bisect",
    "check_export",
    "ci",
    "compare",
    "compare_groups",
    "corpus_tries",
    "diff",
    "explain",
    "export",
    "fetch_corpus",
    "find_operation",
    "list_cache",
    "mutate",
    "plan",
    "project_folder",
    "remove_cache",
    "repairs",
    "replay",
    "report_page",
    "rule",
    "rules",
    "run",
    "runs",
    "show",
    "store",
    "study",
    "try_corpus",
    "try_project",
    "verify",
    "write_baseline",
]
