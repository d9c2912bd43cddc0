"""Literals in code that hold in one place only: run ids, paths, addresses, credentials."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.ir import FORMATTED, NAME
from bis._audit.questions import environment_variables
from bis._audit.questions.asked_once import asked_once
from bis._audit.trackers import mlflow
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

# Where programs are installed, or keep things in one's home, is alike on many machines: it is left out.
_ABSOLUTE = re.compile(
    r"(?:file:/{2,3})?(?:[A-Za-z]:[\\/](?![/\\]?$|(?:Program Files|ProgramData|Windows)\b)"
    r"|/(?:home|Users|mnt|media|Volumes|content|kaggle|root|workspace|workspaces)/|~/(?!\.))"
    r"[^\n]{0,300}"
)
# Below a folder of none of these names, a path is of one machine where what it is given to is a place of data: below
# these it may be of an image, of a service, or the address of a page.
_MAY_BE_OF_AN_IMAGE = frozenset(
    {
        "app", "apps", "code", "opt", "usr", "var", "tmp", "etc", "dev", "proc", "sys", "run", "srv", "lib", "bin",
        "src", "data", "dataset", "datasets", "model", "models", "input", "inputs", "output", "outputs",
        "artifacts", "airflow", "dbfs", "filestore", "databricks", "api", "static", "templates", "s3", "gcs",
        "hdfs", "user", "mlflow", "mlruns", "notebooks", "project", "repo", "build", "config", "configs", "results",
        "logs", "predict", "training", "train", "ml", "github", "shared", "repos", "service", "services",
        "pipeline", "pipelines", "test", "tests", "local", "azureml", "gcp", "secrets", "certs", "path", "your",
        "absolute", "full", "some", "docs", "public", "assets",
    }
)  # fmt: skip
_ELSEWHERE = re.compile(r"/(?P<root>[A-Za-z][\w-]{1,30})/(?:[\w.@-]{1,80}/)*[\w.@-]{0,80}(?:/|\.\w{1,8}|/[\w-]{1,80})$")
_PLACE_OF_DATA = re.compile(
    r"(?i)(?:^|_)(?:data|dataset|train|test|valid|val|csv|image|img|save|model|checkpoint|ckpt|weights?|corpus|raw)(?:_|$)"
    r"|(?:^|_)(?:dir|folder|directory)$"
)
_PLACE_OF_SERVICE = re.compile(r"(?i)url|uri|route|endpoint|prefix|artifact|bucket|key|api|request|topic|host")
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


def absolute_paths(analysis: Analysis) -> list[Place]:
    """Places of literal absolute paths of one machine."""
    return [place for place, _text in absolute_paths_with_text(analysis)]


@asked_once
def absolute_paths_with_text(analysis: Analysis) -> list[tuple[Place, str]]:
    """Places and texts of literal absolute paths of one machine."""
    found = []
    for module in analysis.project.programs:
        fallbacks = environment_variables.fallbacks(module)
        for text, value, call, name in analysis.literals(module):
            if len(text) < 4 or (text[0] not in _BEGINNINGS and text[1:2] != ":"):
                continue
            known = text.partition("{}")[0] if value.kind == FORMATTED else text  # f"/home/me/{name}.csv"
            if not (_ABSOLUTE.match(known) or _is_place_of_data(known, _given_to(call, name))):
                continue
            if _NO_PATH.search(known) or known in {"/home/", "/Users/"}:
                continue
            if (value.line, value.column) in fallbacks or (call is not None and environment_variables.asks(call)):
                continue
            if text[0] == "~" and _is_expanded(module, call, name):
                continue
            # An experiment of Databricks is named like a path in a home folder.
            if "experiment" in name.lower() or _WORKSPACE.match(known):
                continue
            if call is not None and call.method in _NO_FILES:
                continue
            found.append((Place(module.file, cell_of(module, value, call), value.line, value.column), text))
    return found


def _is_place_of_data(text: str, name: str) -> bool:
    """Whether a text is an absolute path that is given to a name of a place of data: ``data_dir = "/exp/cross/"``."""
    if not text.startswith("/") or not _PLACE_OF_DATA.search(name) or _PLACE_OF_SERVICE.search(name):
        return False
    match = _ELSEWHERE.match(text)
    return match is not None and match["root"].lower() not in _MAY_BE_OF_AN_IMAGE and text.count("/") > 2


def _given_to(call: Call | None, name: str) -> str:
    """The name that a text is given to: of an option of the command line, the option's."""
    if call is None or name != "default":
        return name
    options = (given.data.lstrip("-") for given in call.args if isinstance(given.data, str) and given.data[:1] == "-")
    return next(options, name).replace("-", "_")


def _is_expanded(module: Module, call: Call | None, name: str) -> bool:
    """Whether a path below one's home is expanded to that of whoever runs the program: then it is portable."""
    if call is not None and (call.method == "expanduser" or call.api.endswith(".Path")):
        expanding = call.method == "expanduser" or any(
            other.receiver == call.index and other.method == "expanduser" for other in module.calls
        )
        if expanding:
            return True
    names = {name, *(call.targets if call is not None else ())} - {""}
    return any(
        other.method == "expanduser"
        and (other.owner in names or names & {v.data for v in other.args if v.kind == NAME})
        for other in module.calls
    )


class TrackingAddress(NamedTuple):
    """A literal address of a store, and the variable of the environment that would set it."""

    place: Place
    text: str
    variable: str


def tracking_uris(analysis: Analysis) -> list[TrackingAddress]:
    """Literal addresses that are set: by a call, a client, a logger, or in the environment of the program itself."""
    found: list[TrackingAddress] = []
    for module in analysis.project.modules:
        if "mlflow" in module.roots:
            found += _set_by_calls(analysis, module)
        for name, value, place in environment_variables.variables_set(module):
            if name in _ADDRESSES and not _asks_for(analysis, module, name):
                at = next((c.index for c in module.calls if (c.line, c.cell) >= (place.line, place.cell)), 0)
                text = analysis.constant_of(module, value, 0, at)
                if isinstance(text, str) and _ADDRESS.match(text):
                    found.append(TrackingAddress(place, text, name))
    return found


_ADDRESSES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
_ADDRESS = re.compile(r"(?:https?|file|sqlite|mysql|postgresql)[:+]|[A-Za-z]:[\\/]|/")


def _asks_for(analysis: Analysis, module: Module, name: str) -> bool:
    """Whether a file reads a variable of the environment: what it sets is what it falls back to."""
    texts = (call for text, _value, call, _name in analysis.literals(module) if text == name and call is not None)
    return any(
        environment_variables.asks(call) or call.method in {"getenv", "get", "setdefault", "pop"} for call in texts
    )


def _set_by_calls(analysis: Analysis, module: Module) -> Iterator[TrackingAddress]:
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
        if isinstance(text, str) and _ADDRESS.match(text):
            variable = _ADDRESSES[call.api.endswith("set_registry_uri")]
            yield TrackingAddress(module.place_of(call), text, variable)


@asked_once
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
