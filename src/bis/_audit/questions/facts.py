"""The facts of a project, each with its reason and the places where it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.files.entry_points import is_mlproject
from bis._audit.frameworks import training
from bis._audit.parsing.ir import CONSTANT
from bis._audit.questions import execution_order, lightning_loggers, literals, ml_calls, unread_code
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.call_arguments import passing_seeds, seeds_declared, spread
from bis._audit.questions.cut_folders import cut_folders
from bis._audit.questions.drawn_rows import decides_rows
from bis._audit.questions.mlflow_doors import doors
from bis._audit.questions.pinned_defaults import with_pinned_defaults
from bis._audit.questions.program_roots import given_by_mlflow_run, without_params
from bis._audit.questions.run_ids import run_ids
from bis._audit.questions.splits_by_hand import splits_by_hand
from bis._audit.questions.tracking_calls import may_open_mlflow, opens_mlflow
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import NO, UNKNOWN, YES, Fact, Place, TrackingCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bis._audit.parsing.ir import Assign, Call
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
    unseen = _unseen(analysis, uses)
    for name, (kind, otherwise) in _BY_KIND.items():
        # A call of a function of the project that logs is no further place: main() would be one for all that it does.
        places = _first(call.place for call in of_mlflow if call.kind == kind and not call.through)
        facts[name] = Fact(YES, places=places) if places else unseen.get(kind, Fact(NO, otherwise))
        if name == "autolog":
            facts["autolog_too_late"] = _too_late(analysis)
    trains = _trains(analysis)
    facts["params_not_logged_at_all"] = _no_params(analysis, facts, calls, trains)
    facts["unseeded_split"] = _unseeded(analysis, ml_calls.split_seeding, ml_calls.may_split, "split")
    facts["unseeded_estimator"] = _unseeded(
        analysis, ml_calls.estimator_seeding, ml_calls.may_be_estimator, "estimator"
    )
    facts["seeds_set"] = _seeds(analysis)
    facts["deps_declared"] = _declared(analysis)
    facts["deps_pinned"] = _pinned(analysis)
    facts["hardcoded_run_id"] = _of(run_ids(analysis), "the code contains no literal run id")
    facts["absolute_local_path"] = _of(literals.absolute_paths(analysis), "the code contains no absolute path")
    facts["mlproject"] = _mlproject(analysis)
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


def _unseen(analysis: Analysis, uses: Fact) -> dict[str, Fact]:
    """Unknown by kind of thing, where a call that traces it may be there without being seen."""
    others = _first(module.place_of(call) for module, call in lightning_loggers.trained_of_others(analysis))
    found = (
        {"param": Fact(UNKNOWN, "a model of another library may save its hyperparameters", others)} if others else {}
    )
    for kind, (why, places) in unread_code.unseen_calls(analysis).items():
        found[kind] = Fact(UNKNOWN, why, _first(places))
    for kind, _otherwise in _BY_KIND.values() if uses.value != NO else ():
        unread = unread_code.tracing_unread(analysis, kind)
        if unread:
            found[kind] = _not_read(unread)
    return found


def _not_read(places: list[Place]) -> Fact:
    """Unknown, for code that could not be read and that names such a call."""
    return Fact(UNKNOWN, f"{places[0].file} could not be read wholly, and names such a call", _first(places))


_UNREADABLE = frozenset({"syntax", "python-2", "too-deep", "nul", "notebook", "large"})


def _uses(analysis: Analysis, of_mlflow: list[TrackingCall]) -> Fact:
    places = [
        Place(module.file, one.cell, one.line)
        for module in analysis.project.modules
        for one in module.imports
        if one.target.partition(".")[0] in {"mlflow", "kedro_mlflow"}
    ]
    places += [call.place for call in of_mlflow]
    places += [
        m.place_of(call)
        for m in analysis.project.modules
        for call in analysis.calls_where(m, may_open_mlflow)
        if opens_mlflow(call, said=True)
    ]
    places += list(literals.rest_calls(analysis))
    if places:
        return Fact(YES, places=_first(places))
    named = [Place(name) for name in analysis.project.files if is_mlproject(name)]
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
    found = doors(analysis, of_mlflow)
    return Fact(tuple(sorted(found)), places=_first(p for places in found.values() for p in places))


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
    unread = [] if places else unread_code.training_unread(analysis)
    return _not_read(unread) if unread else _of(places, "no call trains a model")


def _no_params(analysis: Analysis, facts: dict[str, Fact], calls: list[TrackingCall], trains: Fact) -> Fact:
    why_not = _params_logged(analysis, facts, calls)
    if why_not is not None:
        return why_not
    of_mlflow = [call for call in calls if call.tracker == "mlflow"]
    for name in ("logs_params", "autolog", "uses_mlflow"):
        if facts[name].value == UNKNOWN:
            return Fact(UNKNOWN, facts[name].reason)
    if trains.value == UNKNOWN and not of_mlflow:
        return Fact(UNKNOWN, trains.reason)
    if trains.value == NO and not any(_is_of_training(analysis, call) for call in of_mlflow):
        return Fact(NO, "it neither trains a model nor logs the result of a training")
    tests = {module.file for module in analysis.project.modules if module.is_test}
    if all(place.file in tests for place in facts["uses_mlflow"].places):
        return Fact(NO, "only its tests use MLflow")
    trained = tuple(place for place in trains.places if trains.value == YES and place.file not in tests)
    return Fact(YES, "neither a call nor autologging logs one", trained or _first(c.place for c in of_mlflow))


def _is_result(call: TrackingCall) -> bool:
    """Whether a call logs what comes from parameters.

    An evaluation has none, nor has what is only registered, nor the autologging of what is not trained but asked.
    """
    if call.kind == "autolog":
        return bool(execution_order.autolog_covers(call.api))
    return call.kind in {"metric", "model"} and not call.api.endswith(".evaluate")


def _is_of_training(analysis: Analysis, call: TrackingCall) -> bool:
    """Whether a call of a project that trains nothing itself may log the result of a training.

    It does not where the model is one that is asked rather than trained, as a model of Python may be, or is loaded in
    the same file.
    """
    if not _is_result(call):
        return False
    name = canonical(call.api)
    asked = name.startswith("mlflow.") and name.split(".")[1] in {*mlflow.ASKED_FLAVOURS, "pyfunc"}
    return not asked and call.place.file not in _loading_models(analysis)


@asked_once
def _loading_models(analysis: Analysis) -> frozenset[str]:
    """Files that load a model, and define none: what they measure was trained elsewhere."""
    return frozenset(
        module.file
        for module in analysis.project.modules
        for call in module.calls
        if call.method in _LOADS_MODEL and (call.api.startswith(_OF_MODELS) or call.method == "from_pretrained")
    )


_LOADS_MODEL = frozenset({"load_model", "from_pretrained", "spark_udf"})
_OF_MODELS = ("mlflow.", "keras.", "tensorflow.", "transformers.")


def _params_logged(analysis: Analysis, facts: dict[str, Fact], calls: list[TrackingCall]) -> Fact | None:
    """Why it is not so that no parameter is logged; None where nothing speaks against it."""
    if facts["uses_mlflow"].value == NO:
        return Fact(NO, "it does not use MLflow")
    if facts["logs_params"].value == YES:
        return Fact(NO, f"parameters are logged{_but_not_of(analysis)}", facts["logs_params"].places)
    if facts["autolog"].value == YES and facts["autolog_too_late"].value == NO and _covers_any(analysis, calls):
        return Fact(NO, f"autologging logs them{_but_not_of(analysis)}", facts["autolog"].places)
    started = given_by_mlflow_run(analysis)
    by_command = [place for place in _results(analysis, calls) if place.file in started]
    if by_command:
        return Fact(NO, "`mlflow run` logs the parameters of the entry point", _first(by_command))
    others = [call for call in calls if call.kind == "param" and call.tracker != "mlflow"]
    if others:
        return Fact(NO, f"they are logged with {others[0].tracker}", _first(call.place for call in others))
    return None


def _results(analysis: Analysis, calls: list[TrackingCall]) -> list[Place]:
    """Where a model is trained, or the result of a training is logged."""
    trained = [module.place_of(call) for module in analysis.project.programs for call in analysis.training(module)]
    return trained or [call.place for call in calls if call.tracker == "mlflow" and _is_result(call)]


def _but_not_of(analysis: Analysis) -> str:
    """The programs that train and log no parameter, beside others that do."""
    names = [program.module.file for program, _training in without_params(analysis)]
    if not names:
        return ""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f", but none of the runs of {names[0]}{more}"


def _covers_any(analysis: Analysis, calls: list[TrackingCall]) -> bool:
    """Whether any autologging covers a library that trains here; of what trains, the library may be unknown."""
    covers = {
        root
        for call in calls
        if call.kind == "autolog" and call.tracker == "mlflow"
        for root in execution_order.autolog_covers(call.api)
    }
    trained = [c for m in analysis.project.modules for c in analysis.training(m)]
    # A loop of one's own is covered by none.
    roots = {ml_calls.library(call.api) for call in trained if call.method not in training.LOOPS_OF_ONES_OWN}
    return bool(covers) and (not trained or "" in roots or bool(roots & covers))


def _unseeded(
    analysis: Analysis, seeding: Callable[[Call], ml_calls.Seeding | None], named: Callable[[str], object], what: str
) -> Fact:
    found: list[Place] = []
    unknown: list[Place] = []
    seeded: list[Place] = []
    for module in analysis.project.programs:
        for call in analysis.calls_where(module, named):
            one = seeding(with_pinned_defaults(analysis, spread(analysis, module, call)))
            if one is None or (what == "split" and not decides_rows(analysis, module, call)):
                continue
            if one.seeded is None or (one.seeded is False and analysis.may_seed_unread(module)):
                unknown.append(module.place_of(call))
            elif one.seeded is False and not analysis.is_seeded(module, ml_calls.seeded_through(call)):
                found.append(module.place_of(call))
            else:
                seeded.append(module.place_of(call))
    _split_by_hand(analysis, what, found, seeded)
    if found:
        return Fact(YES, places=_first(found))
    if unknown:
        return Fact(
            UNKNOWN, "whether it is seeded is decided elsewhere, or in code that could not be read", _first(unknown)
        )
    unread = unread_code.drawing_unread(analysis, splits=what == "split")
    if unread:
        return _not_read(unread)
    if seeded:
        return Fact(NO, f"each {what} that draws is seeded", _first(seeded))
    return Fact(NO, f"no {what} that draws was seen")


def _split_by_hand(analysis: Analysis, what: str, found: list[Place], seeded: list[Place]) -> None:
    """Add the splits that programs make themselves to those without and with a seed."""
    for module in analysis.project.programs if what == "split" else ():
        for call in splits_by_hand(module):
            by = (ml_calls.library(call.api),)
            (seeded if analysis.is_seeded(module, by) else found).append(module.place_of(call))
        if not analysis.is_seeded(module, ("numpy",)):
            found += map(module.place_of, cut_folders(module))


def _seeds(analysis: Analysis) -> Fact:
    places = []
    for module in analysis.project.modules:
        places += [module.place_of(call) for call in analysis.seeding(module)]
        places += [Place(module.file, a.cell, a.line, a.column) for a in module.assigns if a.key == "PYTHONHASHSEED"]
        places += [module.place_of(call) for call in passing_seeds(analysis, module)]
        places += [Place(module.file, a.cell, a.line, a.column) for a in module.assigns if _sets_state(a)]
    if places:
        return Fact(YES, places=_first(places))
    if unread := unread_code.seeding_unread(analysis):
        return _not_read(unread)
    declared = [Place(m.file, -1, one.line) for m in analysis.project.programs for one in seeds_declared(analysis, m)]
    if declared:
        return Fact(UNKNOWN, "a dictionary has a seed, and it is not seen what it is given to", _first(declared))
    return Fact(NO, "nothing is seeded")


def _sets_state(assign: Assign) -> bool:
    """Whether the seed of an estimator is set by its attribute: ``model.random_state = 42``."""
    owner, _dot, name = assign.name.rpartition(".")
    known = assign.value.kind == CONSTANT and type(assign.value.data) is int
    return name == "random_state" and owner not in {"", "self", "cls"} and known


def _declared(analysis: Analysis) -> Fact:
    dependencies = analysis.project.dependencies
    files = {one.place.file for one in dependencies.declared} | set(dependencies.locks)
    if files:
        return Fact(YES, places=_first(Place(name) for name in files))
    if dependencies.problems:
        return Fact(UNKNOWN, f"{dependencies.problems[0].file}: {dependencies.problems[0].detail}")
    if dependencies.missing:
        name, place = dependencies.missing[0]
        return Fact(UNKNOWN, f"{place.file} takes packages from {name}, which is not there", (place,))
    if dependencies.manifests:
        return Fact(NO, f"{dependencies.manifests[0]} declares nothing", (Place(dependencies.manifests[0]),))
    return Fact(NO, "no file declares a dependency")


def _pinned(analysis: Analysis) -> Fact:
    dependencies = analysis.project.dependencies
    if not dependencies.pins and dependencies.problems:
        return Fact(UNKNOWN, f"{dependencies.problems[0].file}: {dependencies.problems[0].detail}")
    if dependencies.missing and dependencies.pins not in {"lock", "some"}:
        name, place = dependencies.missing[0]
        return Fact(UNKNOWN, f"{place.file} takes packages from {name}, which is not there", (place,))
    return Fact(dependencies.pins or "none", places=_first(one.place for one in dependencies.declared))


def _mlproject(analysis: Analysis) -> Fact:
    found = [Place(file) for file in analysis.project.files if is_mlproject(file)]
    return _of(found, "there is no file MLproject")


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
