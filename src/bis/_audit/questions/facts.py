"""The facts of a project, each with its reason and the places where it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.program.ir import CONSTANT
from bis._audit.questions import execution_order, literals, ml_calls
from bis._audit.questions.call_arguments import spread
from bis._audit.rule_contract import place_of
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import NO, UNKNOWN, YES, Fact, Place, TrackingCall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis._audit.program.ir import Call
    from bis._audit.program.project import Project

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


def state(project: Project, calls: list[TrackingCall]) -> dict[str, Fact]:
    """All facts, in the order of `bis.model.audit_facts.FACTS`."""
    ours = [call for call in calls if call.tracker == "mlflow"]
    uses = _uses(project, ours)
    facts = {"uses_mlflow": uses, "via": _via(project, ours)}
    unread, unresolved = _unread(project), _unresolved(project)
    for name, (kind, otherwise) in _BY_KIND.items():
        places = _first(call.place for call in ours if call.kind == kind)
        if places:
            facts[name] = Fact(YES, places=places)
        else:
            facts[name] = unread or unresolved.get(kind) or Fact(NO, otherwise)
        if name == "autolog":
            facts["autolog_too_late"] = _too_late(project)
    trains = _trains(project)
    facts["params_not_logged_at_all"] = _no_params(project, facts, calls, trains)
    facts["unseeded_split"] = _unseeded(project, ml_calls.split_seeding, "split")
    facts["unseeded_estimator"] = _unseeded(project, ml_calls.estimator_seeding, "estimator")
    facts["seeds_set"] = _seeds(project)
    facts["deps_declared"] = _declared(project)
    facts["deps_pinned"] = _pinned(project)
    facts["hardcoded_run_id"] = _of(literals.run_ids(project), "no run id stands in the code")
    facts["absolute_local_path"] = _of(literals.absolute_paths(project), "no absolute path stands in the code")
    facts["mlproject"] = _files(project, "MLproject")
    facts["readme_tracking"] = _documents(project)
    facts["trains_model"] = trains
    return facts


def _first(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(set(places)))[:_MOST_PLACES]


def _of(places: Iterable[Place], otherwise: str) -> Fact:
    found = _first(places)
    return Fact(YES, places=found) if found else Fact(NO, otherwise)


def _unread(project: Project) -> Fact | None:
    """Unknown, where a file or cell that mentions tracking could not be read."""
    for module in project.modules:
        unread = {cell for kind, _detail, cell, _line in module.problems if kind in _UNREADABLE}
        seen = [(cell, line) for cell, line in module.mentions if cell in unread or -1 in unread]
        places = [Place(module.file, cell, line) for cell, line in (*seen, *module.unread)]
        if places:
            return Fact(UNKNOWN, f"{module.file} mentions tracking and could not be read wholly", _first(places))
    return None


def _unresolved(project: Project) -> dict[str, Fact]:
    """Unknown by kind, where a method that a client of MLflow has is called on an object of unknown origin."""
    if "mlflow" not in project.roots:
        return {}
    found: dict[str, list[Place]] = {}
    for module in project.modules:
        for call in module.calls:
            if call.api in _UNRESOLVED:
                found.setdefault(_UNRESOLVED[call.api], []).append(place_of(module, call))
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


def _uses(project: Project, ours: list[TrackingCall]) -> Fact:
    places = [
        Place(module.file, one.cell, one.line)
        for module in project.modules
        for one in module.imports
        if one.target.partition(".")[0] in {"mlflow", "kedro_mlflow"}
    ]
    places += [call.place for call in ours]
    places += list(literals.rest_calls(project))
    if places:
        return Fact(YES, places=_first(places))
    named = [Place(name) for name in project.files if name.rpartition("/")[2] == "MLproject"]
    if named:
        return Fact(YES, "it has an MLproject file", _first(named))
    unread = _unread(project)
    if unread is not None:
        return unread
    declared = [one.place for one in project.dependencies.declared if one.name.startswith("mlflow")]
    if declared:
        return Fact(NO, "MLflow is declared as a dependency, and no code uses it", _first(declared))
    return Fact(NO, "no code imports mlflow")


def _via(project: Project, ours: list[TrackingCall]) -> Fact:
    doors: dict[str, list[Place]] = {}
    for module in project.modules:
        for one in module.imports:
            door = _imported_door(one.target)
            if door:
                doors.setdefault(door, []).append(Place(module.file, one.cell, one.line))
    for call in ours:
        doors.setdefault(_door(call.api), []).append(call.place)
    for place in literals.rest_calls(project):
        doors.setdefault("rest", []).append(place)
    for name in project.files:
        if name.endswith("mlflow.yml") and "conf/" in name:
            doors.setdefault("kedro", []).append(Place(name))
        elif name.rpartition("/")[2] == "MLproject":
            doors.setdefault("other", []).append(Place(name))
    if not doors and "mlflow" in project.roots:
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
    for beginning, door in mlflow.DOORS.items():
        if name.startswith(beginning):
            return door
    return {"transformers": "hf", "trl": "hf", "optuna": "optuna", "zenml": "zenml"}.get(
        name.partition(".")[0], "other"
    )


def _too_late(project: Project) -> Fact:
    late = [place_of(module, call) for module, call, _fit in execution_order.late_autologs(project)]
    if late:
        return Fact(YES, "nothing is trained after it", _first(late))
    saved = [place_of(module, call) for module, call, _fit in execution_order.late_autologs(project, saved=True)]
    if saved:
        return Fact(YES, "in the order in which the cells were executed, nothing is trained after it", _first(saved))
    return Fact(NO)


def _trains(project: Project) -> Fact:
    places = [place_of(m, c) for m in project.modules for c in m.calls if ml_calls.trains(c)]
    return _seen_of_any(project, places, "no call trains a model")


def _seen_of_any(project: Project, places: Iterable[Place], otherwise: str) -> Fact:
    found = _first(places)
    if found:
        return Fact(YES, places=found)
    unread = [
        m.file for m in project.modules if any(kind in _UNREADABLE for kind, *_rest in m.problems) and m.code_lines
    ]
    if unread:
        return Fact(UNKNOWN, f"{unread[0]} could not be read wholly", (Place(unread[0]),))
    return Fact(NO, otherwise)


def _no_params(project: Project, facts: dict[str, Fact], calls: list[TrackingCall], trains: Fact) -> Fact:
    why_not = _params_logged(project, facts, calls)
    if why_not is not None:
        return why_not
    ours = [call for call in calls if call.tracker == "mlflow"]
    if UNKNOWN in {facts["logs_params"].value, facts["uses_mlflow"].value}:
        return Fact(UNKNOWN, facts["logs_params"].reason)
    if trains.value != YES and not ours:
        return Fact(NO, "it neither trains a model nor logs anything")
    tests = {module.file for module in project.modules if module.is_test}
    if all(place.file in tests for place in facts["uses_mlflow"].places):
        return Fact(NO, "only its tests use MLflow")
    trained = tuple(place for place in trains.places if trains.value == YES and place.file not in tests)
    return Fact(YES, "neither a call nor autologging logs one", trained or _first(c.place for c in ours))


def _params_logged(project: Project, facts: dict[str, Fact], calls: list[TrackingCall]) -> Fact | None:
    """Why it is not so that no parameter is logged; None where nothing speaks against it."""
    if facts["uses_mlflow"].value == NO:
        return Fact(NO, "it does not use MLflow")
    if facts["logs_params"].value == YES:
        return Fact(NO, "parameters are logged", facts["logs_params"].places)
    if facts["autolog"].value == YES and facts["autolog_too_late"].value == NO and _covers_any(project, calls):
        return Fact(NO, "autologging logs them", facts["autolog"].places)
    others = [call for call in calls if call.kind == "param" and call.tracker != "mlflow"]
    if others:
        return Fact(NO, f"they are logged with {others[0].tracker}", _first(call.place for call in others))
    return None


def _covers_any(project: Project, calls: list[TrackingCall]) -> bool:
    """Whether any autologging covers a library that trains here; of what trains, the library may be unknown."""
    covers = {
        root
        for call in calls
        if call.kind == "autolog" and call.tracker == "mlflow"
        for root in execution_order.autolog_covers(call.api)
    }
    roots = {ml_calls.library(c.api) for m in project.modules for c in m.calls if ml_calls.trains(c)}
    return bool(covers) and (not roots or "" in roots or bool(roots & covers))


def _unseeded(project: Project, seeding: object, what: str) -> Fact:
    assert callable(seeding)
    found: list[Place] = []
    unknown: list[Place] = []
    some = False
    for module in project.programs:
        for call in module.calls:
            one = seeding(spread(project, module, call))
            if one is None:
                continue
            some = True
            if one.seeded is False and not execution_order.seeded_globally(
                project, module, ml_calls.seeded_through(call)
            ):
                found.append(place_of(module, call))
            elif one.seeded is None:
                unknown.append(place_of(module, call))
    if found:
        return Fact(YES, places=_first(found))
    if unknown:
        return Fact(UNKNOWN, "its arguments are put together elsewhere", _first(unknown))
    return Fact(NO, "" if some else f"no {what} that draws was seen")


def _seeds(project: Project) -> Fact:
    places = []
    for module in project.modules:
        places += [place_of(module, call) for call in module.calls if ml_calls.seeds(call)]
        places += [Place(module.file, a.cell, a.line, a.column) for a in module.assigns if a.key == "PYTHONHASHSEED"]
        places += [place_of(module, c) for c in module.calls if _passes_seed(spread(project, module, c))]
    return _of(places, "nothing is seeded")


def _passes_seed(call: Call) -> bool:
    """Whether something of a library is given a seed: ``train_test_split(..., random_state=42)``."""
    given = call.keywords.keys() & _SEED_KEYWORDS
    if not given or not ml_calls.library(call.api):
        return False
    return any(not (call.keywords[k].kind == CONSTANT and call.keywords[k].data is None) for k in given)


_SEED_KEYWORDS = frozenset({"random_state", "random_seed", "seed", "generator"})


def _declared(project: Project) -> Fact:
    dependencies = project.dependencies
    files = {one.place.file for one in dependencies.declared} | set(dependencies.locks)
    if files:
        return Fact(YES, places=_first(Place(name) for name in files))
    if dependencies.problems:
        return Fact(UNKNOWN, f"{dependencies.problems[0].file}: {dependencies.problems[0].detail}")
    if dependencies.manifests:
        return Fact(NO, f"{dependencies.manifests[0]} declares nothing", (Place(dependencies.manifests[0]),))
    return Fact(NO, "no file declares a dependency")


def _pinned(project: Project) -> Fact:
    dependencies = project.dependencies
    if not dependencies.pins and dependencies.problems:
        return Fact(UNKNOWN, f"{dependencies.problems[0].file}: {dependencies.problems[0].detail}")
    return Fact(dependencies.pins or "none", places=_first(one.place for one in dependencies.declared))


def _files(project: Project, name: str) -> Fact:
    found = [Place(file) for file in project.files if file.rpartition("/")[2] == name]
    return _of(found, f"there is no file {name}")


def _documents(project: Project) -> Fact:
    documents = project.documents
    if not documents.files:
        return Fact(NO, "there is no document")
    told = []
    if documents.explains_logging:
        told.append("says what is logged")
    if documents.explains_viewing:
        told.append("says how to view it")
    if documents.mentions_logging:
        told.append("mentions log_param, autolog or the like")
    places = (*documents.explains_logging, *documents.explains_viewing, *documents.mentions_logging)
    if told:
        return Fact(YES, "; ".join(told), _first(places))
    about = "names MLflow, and explains nothing" if documents.mentions_mlflow else "does not name MLflow"
    return Fact(NO, f"the documentation {about}", _first(documents.mentions_mlflow))
