"""The facts of a project, each with its reason and the places where it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT
from bis._audit.questions import execution_order, literals, ml_calls
from bis._audit.questions.call_arguments import spread
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import NO, UNKNOWN, YES, Fact, Place, TrackingCall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._audit.parsing.ir import Call
    from bis._audit.questions.analysis import Analysis

_MOST_PLACES = 50
# Facts that a kind of call makes true.
_BY_KIND = {
    "logs_params": ("param", "no call logs a parameter"),
    "logs_metrics": ("metric", "no call logs a metric"),
    "autolog": ("autolog", "no call switches autologging on"),
    "logs_model": ("model", "no call logs a model"),
    "logs_artifact": ("artifact", "no call logs an artifact"),
    "logs_dataset": ("dataset", "no call logs which data was used"),
    "sets_tags": ("tag", "no call sets a tag"),
    "registers_model": ("register", "no call registers a model"),
}


def state(analysis: Analysis, calls: list[TrackingCall]) -> dict[str, Fact]:
    """All facts, in the order of `bis.model.audit_facts.FACTS`."""
    of_mlflow = [call for call in calls if call.tracker == "mlflow"]
    uses = _uses(analysis, of_mlflow)
    facts = {"uses_mlflow": uses, "via": _via(analysis, of_mlflow)}
    unread, unresolved = _unread(analysis), _unresolved(analysis)
    for name, (kind, otherwise) in _BY_KIND.items():
        places = _first(call.place for call in of_mlflow if call.kind == kind)
        if places:
            facts[name] = Fact(YES, places=places)
        else:
            facts[name] = unread or unresolved.get(kind) or Fact(NO, otherwise)
        if name == "autolog":
            facts["autolog_too_late"] = _too_late(analysis)
    trains = _trains(analysis)
    facts["params_not_logged_at_all"] = _no_params(analysis, facts, calls, trains)
    facts["unseeded_split"] = _unseeded(analysis, ml_calls.split_seeding, "split")
    facts["unseeded_estimator"] = _unseeded(analysis, ml_calls.estimator_seeding, "estimator")
    facts["seeds_set"] = _seeds(analysis)
    facts["deps_declared"] = _declared(analysis)
    facts["deps_pinned"] = _pinned(analysis)
    facts["hardcoded_run_id"] = _of(literals.run_ids(analysis), "the code contains no literal run id")
    facts["absolute_local_path"] = _of(literals.absolute_paths(analysis), "the code contains no absolute path")
    facts["mlproject"] = _files(analysis, "MLproject")
    facts["readme_tracking"] = _documents(analysis)
    facts["trains_model"] = trains
    return facts


def _first(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(set(places)))[:_MOST_PLACES]


def _of(places: Iterable[Place], otherwise: str) -> Fact:
    found = _first(places)
    return Fact(YES, places=found) if found else Fact(NO, otherwise)


def _unread(analysis: Analysis) -> Fact | None:
    """Unknown, where a file or cell that mentions tracking could not be read."""
    for module in analysis.project.modules:
        unread = {cell for kind, _detail, cell, _line in module.problems if kind in _UNREADABLE}
        seen = [(cell, line) for cell, line in module.mentions if cell in unread or -1 in unread]
        places = [Place(module.file, cell, line) for cell, line in (*seen, *module.unread)]
        if places:
            return Fact(UNKNOWN, f"{module.file} mentions tracking and could not be read wholly", _first(places))
    return None


def _unresolved(analysis: Analysis) -> dict[str, Fact]:
    """Unknown by kind, where a method that a client of MLflow has is called on an object of unknown origin."""
    if "mlflow" not in analysis.project.roots:
        return {}
    found: dict[str, list[Place]] = {}
    for module in analysis.project.modules:
        for call in module.calls:
            if call.api in _UNRESOLVED:
                found.setdefault(_UNRESOLVED[call.api], []).append(module.place_of(call))
    reason = "it is called on an object whose origin is not seen"
    return {kind: Fact(UNKNOWN, reason, _first(places)) for kind, places in found.items()}


_UNREADABLE = frozenset({"syntax", "python-2", "too-deep", "nul", "notebook", "large"})
# Methods that only MLflow's client has, on objects of which nothing is known.
_UNRESOLVED = {
    ".log_param": "param",
    ".log_metric": "metric",
    ".log_batch": "metric",
    ".log_artifact": "artifact",
    ".log_artifacts": "artifact",
}


def _uses(analysis: Analysis, of_mlflow: list[TrackingCall]) -> Fact:
    places = [
        Place(module.file, one.cell, one.line)
        for module in analysis.project.modules
        for one in module.imports
        if one.target.partition(".")[0] in {"mlflow", "kedro_mlflow"}
    ]
    places += [call.place for call in of_mlflow]
    places += list(literals.rest_calls(analysis))
    if places:
        return Fact(YES, places=_first(places))
    named = [Place(name) for name in analysis.project.files if name.rpartition("/")[2] == "MLproject"]
    if named:
        return Fact(YES, "it has an MLproject file", _first(named))
    unread = _unread(analysis)
    if unread is not None:
        return unread
    declared = [one.place for one in analysis.project.dependencies.declared if one.name.startswith("mlflow")]
    if declared:
        return Fact(NO, "MLflow is declared as a dependency, and no code uses it", _first(declared))
    return Fact(NO, "no code imports mlflow")


def _via(analysis: Analysis, of_mlflow: list[TrackingCall]) -> Fact:
    doors: dict[str, list[Place]] = {}
    for module in analysis.project.modules:
        for one in module.imports:
            door = _imported_door(one.target)
            if door:
                doors.setdefault(door, []).append(Place(module.file, one.cell, one.line))
    for call in of_mlflow:
        doors.setdefault(_door(call.api), []).append(call.place)
    for place in literals.rest_calls(analysis):
        doors.setdefault("rest", []).append(place)
    for name in analysis.project.files:
        if name.endswith("mlflow.yml") and "conf/" in name:
            doors.setdefault("kedro", []).append(Place(name))
        elif name.rpartition("/")[2] == "MLproject":
            doors.setdefault("other", []).append(Place(name))
    if not doors and "mlflow" in analysis.project.roots:
        doors["api"] = []
    return Fact(tuple(sorted(doors)), places=_first(p for places in doors.values() for p in places))


def _imported_door(target: str) -> str:
    """The door that an import opens; empty for most."""
    if target.partition(".")[0] not in mlflow.TRACKER.roots:
        return ""
    return next((d for start, d in mlflow.DOORS.items() if target == start or target.startswith(f"{start}.")), "")


def _door(api: str) -> str:
    name = canonical(api)
    if name.startswith("mlflow.MlflowClient"):
        return "client"
    if name.startswith("mlflow."):
        return "api"
    for prefix, door in mlflow.DOORS.items():
        if name.startswith(prefix):
            return door
    return {"transformers": "hf", "trl": "hf", "optuna": "optuna", "zenml": "zenml"}.get(
        name.partition(".")[0], "other"
    )


def _too_late(analysis: Analysis) -> Fact:
    late = [module.place_of(call) for module, call, _fit in execution_order.late_autologs(analysis)]
    if late:
        return Fact(YES, "nothing is trained after it", _first(late))
    saved = [module.place_of(call) for module, call, _fit in execution_order.late_autologs(analysis, saved=True)]
    if saved:
        return Fact(YES, "in the order in which the cells were executed, nothing is trained after it", _first(saved))
    return Fact(NO)


def _trains(analysis: Analysis) -> Fact:
    places = [m.place_of(c) for m in analysis.project.modules for c in analysis.training(m)]
    return _seen_of_any(analysis, places, "no call trains a model")


def _seen_of_any(analysis: Analysis, places: Iterable[Place], otherwise: str) -> Fact:
    found = _first(places)
    if found:
        return Fact(YES, places=found)
    unread = [
        m.file
        for m in analysis.project.modules
        if any(kind in _UNREADABLE for kind, *_rest in m.problems) and m.code_lines
    ]
    if unread:
        return Fact(UNKNOWN, f"{unread[0]} could not be read wholly", (Place(unread[0]),))
    return Fact(NO, otherwise)


def _no_params(analysis: Analysis, facts: dict[str, Fact], calls: list[TrackingCall], trains: Fact) -> Fact:
    why_not = _params_logged(analysis, facts, calls)
    if why_not is not None:
        return why_not
    of_mlflow = [call for call in calls if call.tracker == "mlflow"]
    if UNKNOWN in {facts["logs_params"].value, facts["uses_mlflow"].value}:
        return Fact(UNKNOWN, facts["logs_params"].reason)
    if trains.value != YES and not of_mlflow:
        return Fact(NO, "it neither trains a model nor logs anything")
    tests = {module.file for module in analysis.project.modules if module.is_test}
    if all(place.file in tests for place in facts["uses_mlflow"].places):
        return Fact(NO, "only its tests use MLflow")
    trained = tuple(place for place in trains.places if trains.value == YES and place.file not in tests)
    return Fact(YES, "neither a call nor autologging logs one", trained or _first(c.place for c in of_mlflow))


def _params_logged(analysis: Analysis, facts: dict[str, Fact], calls: list[TrackingCall]) -> Fact | None:
    """Why it is not so that no parameter is logged; None where nothing speaks against it."""
    if facts["uses_mlflow"].value == NO:
        return Fact(NO, "it does not use MLflow")
    if facts["logs_params"].value == YES:
        return Fact(NO, "parameters are logged", facts["logs_params"].places)
    if facts["autolog"].value == YES and facts["autolog_too_late"].value == NO and _covers_any(analysis, calls):
        return Fact(NO, "autologging logs them", facts["autolog"].places)
    others = [call for call in calls if call.kind == "param" and call.tracker != "mlflow"]
    if others:
        return Fact(NO, f"they are logged with {others[0].tracker}", _first(call.place for call in others))
    return None


def _covers_any(analysis: Analysis, calls: list[TrackingCall]) -> bool:
    """Whether any autologging covers a library that trains here; of what trains, the library may be unknown."""
    covers = {
        root
        for call in calls
        if call.kind == "autolog" and call.tracker == "mlflow"
        for root in execution_order.autolog_covers(call.api)
    }
    roots = {ml_calls.library(c.api) for m in analysis.project.modules for c in analysis.training(m)}
    return bool(covers) and (not roots or "" in roots or bool(roots & covers))


def _unseeded(analysis: Analysis, seeding: object, what: str) -> Fact:
    assert callable(seeding)
    found: list[Place] = []
    unknown: list[Place] = []
    some = False
    for module in analysis.project.programs:
        for call in module.calls:
            one = seeding(spread(analysis, module, call))
            if one is None:
                continue
            some = True
            if one.seeded is False and not analysis.is_seeded(module, ml_calls.seeded_through(call)):
                found.append(module.place_of(call))
            elif one.seeded is None:
                unknown.append(module.place_of(call))
    if found:
        return Fact(YES, places=_first(found))
    if unknown:
        return Fact(UNKNOWN, "its arguments are put together elsewhere", _first(unknown))
    return Fact(NO, "" if some else f"no {what} that draws was seen")


def _seeds(analysis: Analysis) -> Fact:
    places = []
    for module in analysis.project.modules:
        places += [module.place_of(call) for call in analysis.seeding(module)]
        places += [Place(module.file, a.cell, a.line, a.column) for a in module.assigns if a.key == "PYTHONHASHSEED"]
        places += [module.place_of(c) for c in module.calls if _passes_seed(spread(analysis, module, c))]
    return _of(places, "nothing is seeded")


def _passes_seed(call: Call) -> bool:
    """Whether something of a library is given a seed: ``train_test_split(..., random_state=42)``."""
    given = call.keywords.keys() & _SEED_KEYWORDS
    if not given or not ml_calls.library(call.api):
        return False
    return any(not (call.keywords[k].kind == CONSTANT and call.keywords[k].data is None) for k in given)


_SEED_KEYWORDS = frozenset({"random_state", "random_seed", "seed", "generator"})


def _declared(analysis: Analysis) -> Fact:
    dependencies = analysis.project.dependencies
    files = {one.place.file for one in dependencies.declared} | set(dependencies.locks)
    if files:
        return Fact(YES, places=_first(Place(name) for name in files))
    if dependencies.problems:
        return Fact(UNKNOWN, f"{dependencies.problems[0].file}: {dependencies.problems[0].detail}")
    if dependencies.manifests:
        return Fact(NO, f"{dependencies.manifests[0]} declares nothing", (Place(dependencies.manifests[0]),))
    return Fact(NO, "no file declares a dependency")


def _pinned(analysis: Analysis) -> Fact:
    dependencies = analysis.project.dependencies
    if not dependencies.pins and dependencies.problems:
        return Fact(UNKNOWN, f"{dependencies.problems[0].file}: {dependencies.problems[0].detail}")
    return Fact(dependencies.pins or "none", places=_first(one.place for one in dependencies.declared))


def _files(analysis: Analysis, name: str) -> Fact:
    found = [Place(file) for file in analysis.project.files if file.rpartition("/")[2] == name]
    return _of(found, f"there is no file {name}")


def _documents(analysis: Analysis) -> Fact:
    documents = analysis.project.documents
    if not documents.files:
        return Fact(NO, "there is no document")
    said = []
    if documents.explains_logging:
        said.append("says what is logged")
    if documents.explains_viewing:
        said.append("says how to view it")
    if documents.mentions_logging:
        said.append("mentions log_param, autolog or the like")
    places = (*documents.explains_logging, *documents.explains_viewing, *documents.mentions_logging)
    if said:
        return Fact(YES, "; ".join(said), _first(places))
    about = "names MLflow, and explains nothing" if documents.mentions_mlflow else "does not name MLflow"
    return Fact(NO, f"the documentation {about}", _first(documents.mentions_mlflow))
