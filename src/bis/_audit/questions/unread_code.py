"""What code may call that could not be read, or that calls what is not seen: what makes a "no" unknown.

Code that could not be read still has a text. Where that names no call of a kind, the call is not there.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bis._audit.frameworks import randomness, sklearn, training
from bis._audit.parsing.ir import CONSTANT, NAME
from bis._audit.questions.asked_once import asked_once
from bis._audit.trackers import integrations, mlflow
from bis._audit.trackers.known_trackers import BY_ROOT
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

# Methods that, of all libraries' objects, MLflow's are known for; on objects of which nothing is known.
UNRESOLVED = {
    ".log_param": "param",
    ".log_params": "param",
    ".log_metric": "metric",
    ".log_batch": "metric param",
    ".log_artifact": "artifact",
    ".log_artifacts": "artifact",
    ".log_figure": "artifact",
    ".log_dict": "artifact",
    ".log_input": "dataset",
    ".autolog": "autolog",
    ".register_model": "register",
}
_KEYWORDS = {"registered_model_name": "register", "report_to": "metric param", "log_to_mlflow": "metric param"}
SEEDING = randomness.SEEDER_NAMES | {"random_state", "random_seed"}


@cache
def kinds_by_name() -> dict[str, frozenset[str]]:
    """Kinds of things that a call of a name traces, whatever it is a method of: ``log_param`` -> ``param``."""
    found: dict[str, frozenset[str]] = {}
    for name, kinds in (*mlflow.TRACKER.calls.items(), *_KEYWORDS.items()):
        last = name.rpartition(".")[2]
        found[last] = found.get(last, frozenset()) | frozenset(kinds.split())
    return found


def tracing_unread(analysis: Analysis, kind: str) -> list[Place]:
    """Where code that could not be read names a call that traces a kind of thing."""
    named = kinds_by_name()
    return [place for name, place in _named(analysis) if kind in named.get(name, ())]


def training_unread(analysis: Analysis) -> list[Place]:
    """Where code that could not be read names a call that trains."""
    return [place for name, place in _named(analysis) if name in training.METHOD_NAMES]


def seeding_unread(analysis: Analysis) -> list[Place]:
    """Where code that could not be read names something that seeds."""
    return [place for name, place in _named(analysis) if name in SEEDING]


def drawing_unread(analysis: Analysis, *, splits: bool) -> list[Place]:
    """Where code that could not be read names a split, or an estimator, that may draw."""
    listed = sklearn.SPLITS if splits else sklearn.ESTIMATORS
    names = {name.rpartition(".")[2] for name in listed}
    return [place for name, place in _named(analysis) if name in names]


def may_track(analysis: Analysis, module: Module) -> bool:
    """Whether code of a file that could not be read may track something: by what it imports, calls or runs."""
    names = {name for name, _cell, _line in module.unread_calls}
    imported = {name.split()[1].partition(".")[0] for name in names if name.startswith("import ")}
    if module.unread or any(name.startswith("%") for name in names) or "" in imported:  # from .tracking import log
        return True
    if not imported.isdisjoint(analysis.project.links.own_names | integrations.SWITCH_ROOTS | BY_ROOT.keys()):
        return True
    trackers = {tracker.name: tracker for root in module.roots for tracker in BY_ROOT.get(root, ())}
    own = {api.rpartition(".")[2] for tracker in trackers.values() for api in tracker.calls}
    return not names.isdisjoint(own | kinds_by_name().keys())


def _named(analysis: Analysis) -> Iterator[tuple[str, Place]]:
    for module in analysis.project.modules:
        for name, cell, line in module.unread_calls:
            yield name, Place(module.file, cell, line)


@asked_once
def unseen_calls(analysis: Analysis) -> dict[str, tuple[str, list[Place]]]:
    """By kind of thing, why a call that traces it may be there without being seen, and where.

    A method that MLflow has on an object of which nothing is known; a member of MLflow that is chosen while the program
    runs; a function of MLflow that is handed on, to be called elsewhere.
    """
    found: dict[str, tuple[str, list[Place]]] = {}
    for kind, why, place in (*_on_unknown_objects(analysis), *_by_name(analysis)):
        found.setdefault(kind, (why, []))[1].append(place)
    return found


def _on_unknown_objects(analysis: Analysis) -> Iterator[tuple[str, str, Place]]:
    why = "it is called on an object whose origin is not seen"
    tracks = "mlflow" in analysis.project.roots
    for module in analysis.project.modules:
        loads = not tracks and any(_loads_any(call) for call in analysis.calls_where(module, _imports_by_name))
        for call in analysis.calls_where(module, _is_unresolved) if tracks or loads else ():
            for kind in UNRESOLVED[call.api].split():
                yield kind, why, module.place_of(call)


def _by_name(analysis: Analysis) -> Iterator[tuple[str, str, Place]]:
    for module in analysis.project.programs:
        aliases = _aliases(module) if "mlflow" in module.roots else {}
        for call in analysis.calls_where(module, _is_getattr) if aliases else ():
            if _chooses(aliases, call):
                why = "which function of MLflow is called is decided while the program runs"
                yield from ((kind, why, module.place_of(call)) for kind in _ALL)
        for name, place in _handed_on(module, aliases) if aliases else ():
            why = f"{name} is handed on: whether it is called is not seen"
            yield from ((kind, why, place) for kind in mlflow.TRACKER.kinds(name))


_ALL = tuple(sorted({kind for kinds in mlflow.TRACKER.calls.values() for kind in kinds.split()}))


def _loads_any(call: Call) -> bool:
    """Whether a call that imports a module by its name has the name from elsewhere."""
    return bool(call.args) and call.args[0].kind != CONSTANT


def _imports_by_name(api: str) -> bool:
    return api in {"importlib.import_module", "__import__"}


def _is_unresolved(api: str) -> bool:
    return api in UNRESOLVED


def _is_getattr(api: str) -> bool:
    return api == "getattr"


def _aliases(module: Module) -> dict[str, str]:
    """Names of a file that mean MLflow, or something of it."""
    return {one.alias: one.target for one in module.imports if one.target.partition(".")[0] == "mlflow"}


def _chooses(aliases: dict[str, str], call: Call) -> bool:
    """``getattr(mlflow, name)``, where `name` is no text of the program."""
    if call.api != "getattr" or len(call.args) < 2 or call.args[0].kind != NAME or call.args[1].kind == CONSTANT:
        return False
    return aliases.get(call.args[0].data) == "mlflow"


def _handed_on(module: Module, aliases: dict[str, str]) -> Iterator[tuple[str, Place]]:
    """Functions of MLflow that are given away instead of being called."""
    for call in module.calls:
        for value in (*call.args, *call.keywords.values()):
            for name in _functions(aliases, value) if value.items or value.kind == NAME else ():
                yield name, module.place_of(call)
    for assign in module.assigns:
        if assign.value.kind != NAME:  # a name that stands for the function is followed: its calls are seen
            for name in _functions(aliases, assign.value):
                yield name, Place(module.file, assign.cell, assign.line, assign.column)
    for scope in module.scopes:
        for value in scope.returns:
            for name in _functions(aliases, value):
                yield name, Place(module.file, scope.cell, value.line, value.column)


def _functions(aliases: dict[str, str], value: Value) -> list[str]:
    """Names of MLflow's functions in an expression that does not call them."""
    if value.kind != NAME:
        return [name for item in value.items for name in _functions(aliases, item)] if value.items else []
    head, _dot, rest = value.data.partition(".")
    if head not in aliases:
        return []
    name = f"{aliases[head]}.{rest}" if rest else aliases[head]
    return [name] if mlflow.TRACKER.kinds(name) else []
