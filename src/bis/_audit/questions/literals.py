"""Literals in code that hold in one place only: run ids, paths, addresses, credentials."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import FORMATTED
from bis._audit.trackers import mlflow
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_IN_URI = re.compile(r"(?:runs:/|mlruns/\d+/|artifacts/\d+/|/runs/)[0-9a-f]{32}\b")
# Where programs are installed, or keep things in one's home, is alike on many machines: it is left out.
_ABSOLUTE = re.compile(
    r"(?:file:/{2,3})?(?:[A-Za-z]:[\\/](?![/\\]?$|(?:Program Files|ProgramData|Windows)\b)"
    r"|/(?:home|Users|mnt|media|Volumes|content|kaggle|root|workspace|workspaces)/|~/(?!\.))"
    r"[^\n]{0,300}"
)
_WORKSPACE = re.compile(r"/Users/(?:[^/]*@|your)")
_BEGINNINGS = frozenset("/~f")
_NO_FILES = frozenset(
    {"compile", "match", "search", "sub", "print", "replace", "get", "post", "set_experiment", "create_experiment"}
)
_NO_PATH = re.compile(r"https?:|[<>{}|\n]")


def cell_of(module: Module, value: Value, call: Call | None) -> int:
    """The cell that contains a literal."""
    if call is not None or not module.is_notebook:
        return call.cell if call is not None else -1
    assigned = (a.cell for a in module.assigns if a.line <= value.line and _holds(a.value, value))
    default = (s.cell for s in module.scopes for given in s.defaults.values() if _holds(given, value))
    return next(chain(assigned, default), -1)


def _holds(value: Value, one: Value) -> bool:
    return value is one or any(_holds(item, one) for item in value.items)


def run_ids(analysis: Analysis) -> list[Place]:
    """Places of literal run ids that reach MLflow, or a name that says so."""
    found = []
    for module in analysis.project.programs:
        for text, value, call, name in analysis.literals(module):
            if len(text) < 32 or not _RUN_ID.search(text):
                continue
            api = call.api if call is not None else ""
            named = "run" in name.lower() and "id" in name.lower()
            whole = _RUN_ID.fullmatch(text) is not None
            to_mlflow = api.startswith("mlflow.") and whole
            if _IN_URI.search(text) or (whole and (named or to_mlflow)):
                found.append(Place(module.file, cell_of(module, value, call), value.line, value.column))
    return found


def absolute_paths(analysis: Analysis) -> list[Place]:
    """Places of literal absolute paths of one machine."""
    return [place for place, _text in absolute_paths_with_text(analysis)]


def absolute_paths_with_text(analysis: Analysis) -> list[tuple[Place, str]]:
    """Places and texts of literal absolute paths of one machine."""
    found = []
    for module in analysis.project.programs:
        for text, value, call, name in analysis.literals(module):
            if len(text) < 4 or (text[0] not in _BEGINNINGS and text[1:2] != ":"):
                continue
            known = text.partition("{}")[0] if value.kind == FORMATTED else text  # f"/home/me/{name}.csv"
            if not _ABSOLUTE.match(known) or _NO_PATH.search(known) or known in {"/home/", "/Users/"}:
                continue
            # An experiment of Databricks is named like a path in a home folder.
            if "experiment" in name.lower() or _WORKSPACE.match(known):
                continue
            if call is not None and call.method in _NO_FILES:
                continue
            found.append((Place(module.file, cell_of(module, value, call), value.line, value.column), text))
    return found


def tracking_uris(analysis: Analysis) -> list[tuple[Module, Call, str]]:
    """Calls that set a literal tracking address, with the address."""
    found = []
    for module in analysis.project.modules:
        if "mlflow" not in module.roots:
            continue
        asks = any(text == "MLFLOW_TRACKING_URI" and call for text, _value, call, _name in analysis.literals(module))
        for call in module.calls:
            if call.conditional and asks:
                continue  # if not os.getenv("MLFLOW_TRACKING_URI"): ...
            given = None
            if call.api in mlflow.SETS_URI:
                given = call.argument(0, "uri")
            elif call.api.endswith((".MlflowClient", ".MLFlowLogger")):
                given = call.argument(0 if call.api.endswith("Client") else -1, "tracking_uri")
            text = analysis.constant_of(module, given, call.scope, call.index)
            if isinstance(text, str) and re.match(
                r"(?:https?|file|sqlite|mysql|postgresql)[:+]|[A-Za-z]:[\\/]|/", text
            ):
                found.append((module, call, text))
    return found


def rest_calls(analysis: Analysis) -> list[Place]:
    """Places of calls of MLflow's REST interface."""
    found = []
    for module in analysis.project.modules:
        if not module.roots & {"requests", "httpx", "urllib", "urllib3", "aiohttp"}:
            continue
        for text, value, call, _name in analysis.literals(module):
            if mlflow.REST_PATH in text:
                found.append(Place(module.file, cell_of(module, value, call), value.line, value.column))
    return found
