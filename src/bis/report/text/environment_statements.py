"""What each statement about an environment setting reads as in English; see `english_statements` for the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.report.text.figure_words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_C = StatementCode

_NOT_GOVERNED = {
    "n_jobs": "the workers that the program asks for (n_jobs, num_workers)",
    "set-by-program": "thread counts that it sets itself",
}


def _unavailable(f: Mapping[str, Any]) -> str:
    near = f"; versions near it: {', '.join(f['near'])}" if f["near"] else ""
    return f"no index has {f['package']} {f['version']} for this environment{near} ({f['message']})"


def _failed(where: str) -> Callable[[Mapping[str, Any]], str]:
    def words(f: Mapping[str, Any]) -> str:
        replays = counted(f["total"], "replay")
        return f"not measured: {f['failed']} of {replays} {where} failed ({f['stage']}: {f['message']})"

    return words


ENVIRONMENT: dict[StatementCode, str | Callable[[Mapping[str, Any]], str]] = {
    _C.SETTING_AS_RECORDED: "not measured: {setting} was {value} in the run as well",
    _C.VERSION_UNAVAILABLE: _unavailable,
    _C.ENVIRONMENT_NOT_BUILT: "not measured: the environment cannot be built: {message}",
    _C.RECORDED_REPLAYS_FAILED: _failed("as recorded"),
    _C.CHANGED_REPLAYS_FAILED: _failed("with this setting"),
    _C.SETTING_NOT_TAKEN: "libraries that were loaded and do not have the setting at the end: {libraries:list}",
    _C.SETTING_REACHES_NOTHING: "no library that was loaded has {setting}: that nothing changes says nothing about it",
    _C.SETTING_DOES_NOT_GOVERN: lambda f: (
        f"{f['setting']} leaves alone: " + ", ".join(_NOT_GOVERNED.get(what, what) for what in f["what"])
    ),
    _C.SAME_FOR_ALL_ROOTS: "results do not depend on entropy that is served: {pairs:#pair} say as much as many, and "
    "there is no variance by seeds to compare with",
    _C.PAIRS_LEFT_OUT: "{left_out} of {total:#pair} left out: a replay failed",
    _C.REQUIREMENT_NOT_MET: "{package} requires {requirement}, and this environment has {version}",
    _C.PACKAGES_STAY: "not on the index on that day, and left as they are: {packages:list}",
}
