"""Literals in code that hold in one place only: run ids, paths, addresses, credentials."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.parsing.ir import BINARY, CONSTANT, FORMATTED, NAME
from bis._audit.questions import environment_variables, rest_logging
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.written_values import Written, text_parts, whole_text
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

# Where programs are installed, or keep things in one's home, is alike on many machines: it is left out.
_ABSOLUTE = re.compile(
    r"(?:file:/{0,3})?(?:[A-Za-z]:[\\/](?![/\\]?$|(?:Program Files|ProgramData|Windows)\b)"
    r"|/(?:home|Users|mnt|(?:run/)?media|Volumes|content|kaggle|root|workspace|workspaces)/|~/(?!\.)"
    r"|/Workspace/(?:Users|Repos)/(?!(?i:your))[\w.+-]+@)"  # the folder of one user of Databricks, as files see it
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
_LOOKS_FOR_MODULES = frozenset({"sys.path.append", "sys.path.insert"})
_RUNS = re.compile(r"subprocess\.")
_PLACE_OF_SERVICE = re.compile(r"(?i)url|uri|route|endpoint|prefix|artifact|bucket|key|api|request|topic|host")
_WORKSPACE = re.compile(r"/Users/(?:[^/]*@|your)")
_BEGINNINGS = frozenset("/~f")
_NO_FILES = frozenset(
    {"compile", "match", "search", "sub", "print", "replace", "get", "post", "set_experiment", "create_experiment"}
)
_NOTHING_BELOW = frozenset({"/media/", "/mnt/", "/workspace/", "/workspaces/"})
_UNKNOWN_BELOW = frozenset({"/home/", "/Users/", "/Volumes/"})  # f"/Volumes/{catalog}/a": of Databricks
# Where something is within a container, which is alike on all machines.
_WITHIN = frozenset({"target", "mount_path", "container_path", "bind", "working_dir", "remote_path"})
_CONTAINER = re.compile(r"(?i)mount|container|docker|kubernetes|add_local_")
# Of the Python of an image, for the user whom the image brings.
_PACKAGES_OF_AN_IMAGE = re.compile(
    r"/(?:home/(?:airflow|jovyan|vscode)|root/\.local)/(?:.{1,200}/)?(?:site|dist)-packages(?:/|$)"
)
_NO_PATH = re.compile(r"https?:|[<>{}|\n]")


def cell_of(module: Module, value: Value, call: Call | None) -> int:
    """The cell that contains a literal."""
    if call is not None or not module.is_notebook:
        return call.cell if call is not None else -1
    assigned = (a.cell for a in module.assigns if a.line <= value.line and _holds(a.value, value))
    default = (s.cell for s in module.scopes for given in s.defaults.values() if _holds(given, value))
    looped = (one.cell for one in module.loops if one.over is not None and _holds(one.over, value))
    return next(chain(assigned, default, looped), -1)


def _holds(value: Value, one: Value) -> bool:
    return value is one or any(_holds(item, one) for item in value.items)


def absolute_paths(analysis: Analysis) -> list[Place]:
    """Places of literal absolute paths of one machine."""
    return [place for place, _text in absolute_paths_with_text(analysis)]


@asked_once
def absolute_paths_with_text(analysis: Analysis) -> list[tuple[Place, str]]:
    """Places and texts of literal absolute paths of one machine."""
    found = []
    mounted = _mounted(analysis.project.texts)
    for module in analysis.project.programs:
        fallbacks = environment_variables.fallbacks(module)
        appended: set[tuple[int, int]] | None = None
        for text, value, call, name in analysis.literals(module):
            if len(text) < 4 or (text[0] not in _BEGINNINGS and text[1:2] != ":"):
                continue
            known = text.partition("{}")[0] if value.kind == FORMATTED else text  # f"/home/me/{name}.csv"
            named = _ABSOLUTE.match(known) or _is_place_of_data(known, given_to(call, name))
            if not named and not _is_of_programs(known, call):
                continue
            if _NO_PATH.search(known) or known.startswith(mounted) or _is_elsewhere(text, known, call, name):
                continue
            appended = _appended(module) if appended is None else appended
            if (value.line, value.column) in appended:
                continue
            if (value.line, value.column) in fallbacks or (call is not None and environment_variables.asks(call)):
                continue
            if text[0] == "~" and _is_expanded(module, call, name):
                continue
            found.append((Place(module.file, cell_of(module, value, call), value.line, value.column), text))
    return found


def _appended(module: Module) -> set[tuple[int, int]]:
    """Lines and columns of texts that are put behind others: in ``base + "/mnt/a.csv"``, it is no path of its own."""
    found: set[tuple[int, int]] = set()
    pending = list(environment_variables.expressions(module))
    while pending:
        value = pending.pop()
        if value.kind == BINARY and value.data == "Add" and value.items[0].kind != CONSTANT:
            found.add((value.items[1].line, value.items[1].column))
        pending += value.items
    return found


_MOUNT = re.compile(r"(?m)^[ \t-]*mountPath:[ \t]*[\"']?(/[\w./-]{2,200})")


def _mounted(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Folders of a container that manifests of Kubernetes mount."""
    manifests = (text for text in texts.values() if "mountPath" in text)
    found = {match[1].rstrip("/") for text in manifests for match in _MOUNT.finditer(text)}
    return tuple(sorted(f"{folder}/" for folder in found if folder))


def _is_elsewhere(text: str, known: str, call: Call | None, name: str) -> bool:
    """Whether what looks like a path of a machine is one of a container, of a workspace, or no path of anything."""
    if known in _UNKNOWN_BELOW or text in _NOTHING_BELOW or _PACKAGES_OF_AN_IMAGE.match(known):
        return True
    # An experiment of Databricks is named like a path in a home folder.
    if "experiment" in name.lower() or _WORKSPACE.match(known):
        return True
    within = call is not None and name in _WITHIN and _CONTAINER.search(call.path)
    return bool(within) or (call is not None and call.method in _NO_FILES)


def _is_place_of_data(text: str, name: str) -> bool:
    """Whether a text is an absolute path that is given to a name of a place of data: ``data_dir = "/exp/cross/"``."""
    if not text.startswith("/") or not _PLACE_OF_DATA.search(name) or _PLACE_OF_SERVICE.search(name):
        return False
    match = _ELSEWHERE.match(text)
    return match is not None and match["root"].lower() not in _MAY_BE_OF_AN_IMAGE and text.count("/") > 2


def _is_of_programs(text: str, call: Call | None) -> bool:
    """Whether a text is an absolute path of a program that is run, or of a folder in which modules are looked for.

    ``subprocess.run(["python", "/raid/ada/jobs/train.py"])``, ``sys.path.append("/scratch/ada/code")``.
    """
    if call is None or not (call.api in _LOOKS_FOR_MODULES or (_RUNS.match(call.api) and text.endswith(".py"))):
        return False
    match = _ELSEWHERE.match(text)
    return match is not None and match["root"].lower() not in _MAY_BE_OF_AN_IMAGE and text.count("/") > 2


def given_to(call: Call | None, name: str) -> str:
    """The name that a text is given to: of an option of the command line, or of what the environment lacks, its own."""
    if call is not None and environment_variables.asks(call) and name in {"", "default"} and len(call.args) > 0:
        asked = call.args[0].data
        return asked if isinstance(asked, str) else name
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
    for other in module.calls:
        if other.method == "expanduser":
            made = module.calls[other.receiver].args if other.receiver >= 0 else ()  # Path(root).expanduser()
            if other.owner in names or names & {given.data for given in (*other.args, *made) if given.kind == NAME}:
                return True
    return False


class TrackingAddress(NamedTuple):
    """A literal address of a store, and the variable of the environment that would set it."""

    place: Place
    text: str
    variable: str


def tracking_uris(analysis: Analysis) -> list[TrackingAddress]:
    """Literal addresses that are set: by a call, a client, a logger, or in the environment of the program itself.

    A test that puts something else in MLflow's place sets none.
    """
    found: list[TrackingAddress] = list(_set_by_fields(analysis))
    told = {(one.place.file, one.place.line, one.place.column, one.text) for one in found}
    for module in analysis.project.modules:
        if module.has_tests and any(one.target.startswith(_MOCKS) for one in module.imports):
            continue
        if module.roots & _ROOTS:
            found += _set_by_calls(analysis, module, told)
        for one in environment_variables.variables_set(module):
            if one.name in _ADDRESSES and not _asks_for(analysis, module, one.name):
                text = whole_text(analysis, Written(module, one.value, one.scope, one.at))
                if text is not None and _ADDRESS.match(text):
                    found.append(TrackingAddress(one.place, text, one.name))
    return found


_MOCKS = ("unittest.mock", "mock", "pytest_mock")
_ROOTS = frozenset(mlflow.TRACKER.roots)
_ADDRESSES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
_ADDRESS = re.compile(r"(?:https?|file|sqlite|mysql|postgresql)[:+]|[A-Za-z]:[\\/]|/")


def _asks_for(analysis: Analysis, module: Module, name: str) -> bool:
    """Whether a file reads a variable of the environment: what it sets is what it falls back to."""
    texts = (call for text, _value, call, _name in analysis.literals(module) if text == name and call is not None)
    return any(
        environment_variables.asks(call) or call.method in {"getenv", "get", "setdefault", "pop"} for call in texts
    )


def _set_by_calls(
    analysis: Analysis, module: Module, told: set[tuple[str, int, int, str]]
) -> Iterator[TrackingAddress]:
    """Literals that calls are given, but for those that are `told` where an object is made with them."""
    asks = any(text == "MLFLOW_TRACKING_URI" and call for text, _value, call, _name in analysis.literals(module))
    for call in analysis.calls_where(module, _takes_address):
        if call.conditional and asks:
            continue  # if not os.getenv("MLFLOW_TRACKING_URI"): ...
        for variable, given in _addresses_given(call):
            written = Written(module, given, call.scope, call.index)
            text = whole_text(analysis, written)
            if text is not None and _ADDRESS.match(text):
                parts = (one for choices in text_parts(analysis, written) for one in choices)
                places = {(one.module.file, one.value.line, one.value.column, str(one.value.data)) for one in parts}
                if not places <= told:
                    yield TrackingAddress(module.place_of(call), text, variable)
                break


def _set_by_fields(analysis: Analysis) -> Iterator[TrackingAddress]:
    """Literals that an object is made with, whose field of that name is set: ``Config(uri="http://...")``."""
    fields: dict[str, str] = {}
    for module in analysis.project.programs:
        for call in analysis.calls_where(module, _takes_address) if module.roots & _ROOTS else ():
            for variable, given in _addresses_given(call):
                owner, _dot, name = str(given.data).rpartition(".") if given.kind == NAME else ("", "", "")
                if owner and whole_text(analysis, Written(module, given, call.scope, call.index)) is None:
                    fields[name] = variable
    for module in analysis.project.programs if fields else ():
        for text, value, made, name in analysis.literals(module):
            if made is None or name not in fields or made.keywords.get(name) is not value:
                continue
            if analysis.project.links.is_class(made.api, module) and _ADDRESS.match(text):
                place = Place(module.file, cell_of(module, value, made), value.line, value.column)
                yield TrackingAddress(place, text, fields[name])


def _takes_address(api: str) -> bool:
    return canonical(api) in mlflow.TAKES_URI


def _addresses_given(call: Call) -> Iterator[tuple[str, Value]]:
    """What a call is given as the address of a store, with the variable that would set it."""
    name = canonical(call.api)
    variable = _ADDRESSES[name.endswith("set_registry_uri")]
    positions = mlflow.TAKES_URI[name]
    named = [call.keywords[keyword] for keyword in ("uri", "tracking_uri") if keyword in call.keywords]
    yield from ((variable, given) for given in (*named, *(call.args[at] for at in positions if at < len(call.args))))
    if "registry_uri" in call.keywords:
        yield _ADDRESSES[1], call.keywords["registry_uri"]


@asked_once
def rest_calls(analysis: Analysis) -> list[Place]:
    """Places of calls of MLflow's REST interface."""
    found = []
    for module in analysis.project.modules:
        if not module.roots & rest_logging.CLIENTS:
            continue
        for text, value, call, _name in analysis.literals(module):
            if rest_logging.is_address(text):
                found.append(Place(module.file, cell_of(module, value, call), value.line, value.column))
        found += [module.place_of(call) for call in rest_logging.asked_by_rest(module)]
    return found
