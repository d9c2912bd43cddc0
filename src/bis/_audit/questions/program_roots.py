"""The programs of a project: files that no other one uses, or that alone run what they train, with those they use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.files.entry_points import parameters_of_programs
from bis._audit.questions import execution_order, ml_calls, unread_code
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.traces import traces
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_RESULTS = frozenset({"metric", "model"})


class ProgramRoot(NamedTuple):
    """A file that is started, and all files that run with it, itself among them."""

    module: Module
    parts: tuple[Module, ...]


@asked_once
def program_roots(analysis: Analysis) -> list[ProgramRoot]:
    """All programs; files of tests are none, and start none.

    A file that others use is one where it has a main guard and trains what none of the others runs: they take only a
    function or a class of it.
    """
    links = analysis.project.links
    used = frozenset().union(*(links.used[module.file] - {module.file} for module in analysis.project.programs))
    by_file = {module.file: module for module in analysis.project.programs}
    found = [_root(analysis, module, by_file) for module in by_file.values() if module.file not in used]
    guarded = [one for one in analysis.project.programs if one.file in used and _trains_guarded(analysis, one)]
    reached = _trainings_reached(analysis, found) if guarded else frozenset()
    return found + [_root(analysis, one, by_file) for one in guarded if one.file not in reached]


def _root(analysis: Analysis, module: Module, by_file: Mapping[str, Module]) -> ProgramRoot:
    files = analysis.project.links.reached(module) - {module.file}
    return ProgramRoot(module, (module, *(by_file[file] for file in sorted(files & by_file.keys()))))


def _trains_guarded(analysis: Analysis, module: Module) -> bool:
    """Whether a file has a main guard, and runs a training of its own from its top."""
    own = analysis.training(module) if module.has_main_guard else ()
    first = traces(analysis, module)[0] if own else []  # of a function, where nothing is called at the top
    from_top = any(step.call is not None and step.module is module and not step.call.scope for step in first)
    return from_top and any(step.module is module and step.call in own for step in first)


def _trainings_reached(analysis: Analysis, programs: list[ProgramRoot]) -> frozenset[str]:
    """Files of which one of these programs runs a training: the others only take something else from them."""
    steps = (step for program in programs for trace in traces(analysis, program.module) for step in trace)
    return frozenset(
        step.module.file for step in steps if step.call is not None and step.call in analysis.training(step.module)
    )


@asked_once
def given_by_mlflow_run(analysis: Analysis) -> dict[str, frozenset[str]]:
    """By file, the parameters that ``mlflow run`` logs of the programs that an MLproject starts, and of their parts."""
    found: dict[str, frozenset[str]] = {}
    started = parameters_of_programs(analysis.project.texts)
    for module in analysis.project.programs if started else ():
        given = started.get(module.file)
        for file in analysis.project.links.reached(module) if given else ():
            found[file] = found.get(file, frozenset()) | (given or frozenset())
    return found


def is_trained_with(analysis: Analysis, module: Module) -> bool:
    """Whether a program trains that a file is a part of."""
    return any(_trained(analysis, program) for program in _programs_of(analysis, module))


def _programs_of(analysis: Analysis, module: Module) -> list[ProgramRoot]:
    return _programs_by_file(analysis).get(module.file, [])


@asked_once
def _programs_by_file(analysis: Analysis) -> dict[str, list[ProgramRoot]]:
    """By file, the programs that it is a part of."""
    found: dict[str, list[ProgramRoot]] = {}
    for program in program_roots(analysis):
        for part in program.parts:
            found.setdefault(part.file, []).append(program)
    return found


@asked_once
def only_uses_trained(analysis: Analysis, module: Module) -> bool:
    """Whether each program that a file is a part of loads weights, and neither trains nor saves a model.

    What it makes is filled with what another one has trained.
    """
    programs = _programs_of(analysis, module)
    return bool(programs) and all(_only_loads(analysis, one) for one in programs)


def _only_loads(analysis: Analysis, program: ProgramRoot) -> bool:
    calls = [call for part in program.parts for call in part.calls]
    saves = any(call.method.startswith("save") or call.method in _HANDS_ON for call in calls)
    loads = any(
        call.method in _LOADS_WEIGHTS or (call.method == "load" and _IS_MODEL.search(call.owner)) for call in calls
    )
    return loads and not saves and not _trained(analysis, program)


_LOADS_WEIGHTS = frozenset({"load_state_dict", "load_checkpoint", "load_from_checkpoint", "load_weights"})
_IS_MODEL = re.compile(r"(?i)(?:agent|model|policy|net|network)$")
_HANDS_ON = frozenset({"log_model", "log_state_dict", "push_to_hub"})


def _trained(analysis: Analysis, program: ProgramRoot) -> list[tuple[Module, Call]]:
    """The calls that train in the files of a program."""
    return [(part, call) for part in program.parts for call in analysis.training(part)]


def trainings(analysis: Analysis, program: ProgramRoot) -> list[tuple[Module, Call]]:
    """The calls of a program that train a model; none where it is not started as a program.

    A program is a notebook, has a main guard, or trains at its top. Of the files that it uses, what it calls counts: it
    may use a model of a file that could train it.
    """
    module = program.module
    found = _trained(analysis, program)
    if found and not analysis.training(module):
        steps = (step for trace in traces(analysis, module) for step in trace if step.call is not None)
        reached = {(step.module.file, step.call.index) for step in steps if step.call is not None}
        found = [(part, call) for part, call in found if (part.file, call.index) in reached]
    started = module.is_notebook or module.has_main_guard or any(call.scope == 0 for call in analysis.training(module))
    return found if started or _is_scheduled(module) else []


@asked_once
def predicting_files(analysis: Analysis) -> frozenset[str]:
    """Files of programs that load a model and predict with it, and train none; none that another program uses."""
    predicting: set[str] = set()
    others: set[str] = set()
    for program in program_roots(analysis):
        methods = {call.method for part in program.parts for call in part.calls}
        trains = any(analysis.training(part) for part in program.parts)
        uses = not trains and "predict" in methods and any(name.startswith("load") for name in methods)
        (predicting if uses else others).update(part.file for part in program.parts)
    return frozenset(predicting - others)


def _is_scheduled(module: Module) -> bool:
    """Whether a scheduler loads a file and runs what is in it: a DAG of Airflow."""
    if "airflow" not in module.roots:
        return False
    decorated = any("dag" in scope.decorators for scope in module.scopes)
    return decorated or any(call.scope == 0 and call.method == "DAG" for call in module.calls)


def starts_training(analysis: Analysis, program: ProgramRoot) -> bool:
    """Whether a script does something when it is run, and something trains in it or in what it uses.

    A notebook of Databricks, saved as a script, is none.
    """
    module = program.module
    if module.is_notebook or module.of_databricks:
        return False
    found = _trained(analysis, program)
    acts = module.has_main_guard or any(call.scope == 0 for call in (*module.calls, *(call for _part, call in found)))
    return acts and bool(found)


@asked_once
def tracked_trainings(analysis: Analysis) -> list[tuple[tuple[Module, ...], tuple[Module, Call]]]:
    """The trainings of which runs are made: the files of a program that logs to MLflow, with its first training.

    Where no program is seen that does both, a training in a file that runs with one that logs.
    """
    found = []
    for program in program_roots(analysis):
        if any(analysis.direct_kinds(part, "mlflow") for part in program.parts):
            found += [(program.parts, trained) for trained in trainings(analysis, program)[:1]]
    if found:
        return found
    for module in analysis.project.programs:
        if not analysis.direct_kinds(module, "mlflow"):
            continue
        files = analysis.project.links.together(module)
        parts = tuple(part for part in analysis.project.programs if part.file in files)
        trained = [(part, call) for part in (module, *parts) for call in analysis.training(part)]
        found += [(parts, one) for one in trained[:1]]
    return found


def has_parameters(analysis: Analysis, parts: tuple[Module, ...], trained: tuple[Module, Call]) -> bool:
    """Whether a program gives anything a parameter: not where scikit-learn is left to its defaults everywhere."""
    files = (trained[0], *parts)
    if any(ml_calls.library(call.api) != "sklearn" for part in files for call in analysis.training(part)):
        return True
    calls = [call for part in files for call in part.calls]
    of_sklearn = (call for call in calls if call.api.startswith("sklearn.") and not call.api.startswith(_MEASURES))
    made = [call for call in of_sklearn if call.method[:1].isupper() or ml_calls.may_split(call.api)]
    return any(call.starred or call.args or call.keywords.keys() - {"random_state"} for call in made)


_MEASURES = ("sklearn.metrics.", "sklearn.datasets.")


@asked_once
def without_params(analysis: Analysis) -> list[tuple[ProgramRoot, tuple[Module, Call]]]:
    """Programs that train and log results to MLflow, of which no parameter is logged; with their first training."""
    found = []
    passed_over = hidden(analysis, "param") | given_by_mlflow_run(analysis).keys()
    for program in program_roots(analysis):
        trained = trainings(analysis, program)
        used = _used(analysis, program) if trained else []
        kinds = frozenset(kind for part, call in used for kind in analysis.direct(part, call))
        shown = any(shows_result(part, call, *trained[0]) for part, call in used)
        if not (kinds & _RESULTS or shown) or any("param" in analysis.direct(part, call, "") for part, call in used):
            continue
        if _continues_a_run(program):
            continue
        files = {part.file for part in program.parts}
        if files & passed_over or _autologs(analysis, program, [call for _part, call in trained]):
            continue
        found.append((program, trained[0]))
    return found


def shows_result(module: Module, call: Call, trained_in: Module, training: Call) -> bool:
    """Whether a figure is logged after a training of the same file: what has come of it."""
    logs_figure = canonical(call.api) == "mlflow.log_figure"
    return logs_figure and module is trained_in and call.index > training.index and call.scope == training.scope


def _used(analysis: Analysis, program: ProgramRoot) -> list[tuple[Module, Call]]:
    """The calls of a program that trace something, but for those in functions of other files that none of it names."""
    named = frozenset().union(*(part.reads for part in program.parts))
    found = []
    for part in program.parts:
        calls = analysis.may_trace(part)
        found += [(part, c) for c in calls if part is program.module or not is_of_unnamed(part, c, named)]
    return found


def is_of_unnamed(module: Module, call: Call, named: Collection[str]) -> bool:
    """Whether a call is in a function of a file that is not among those which are named: then nothing runs it."""
    scope = module.scopes[call.scope]
    plain = scope.kind == "function" and scope.parent == 0 and not scope.decorators
    return plain and scope.name not in named


def _continues_a_run(program: ProgramRoot) -> bool:
    """Whether a run is opened by its id: whoever began it may have logged its parameters."""
    starts = (call for part in program.parts for call in part.calls if call.api in mlflow.STARTS)
    given = (call.argument(0, "run_id") for call in starts)
    return any(value is not None and not value.is_none for value in given)


def _autologs(analysis: Analysis, program: ProgramRoot, trained: list[Call]) -> bool:
    """Whether autologging covers a training, or may."""
    autologs = [call for part in program.parts for call in part.calls if "autolog" in analysis.direct(part, call)]
    return any(
        execution_order.covered(autolog, training) or not ml_calls.is_of_known_library(training)
        for autolog in autologs
        for training in trained
    )


@asked_once
def hidden(analysis: Analysis, kind: str) -> set[str]:
    """Files in which a call that traces a kind of thing may be without being seen."""
    places = [*unread_code.tracing_unread(analysis, kind), *unread_code.unseen_calls(analysis).get(kind, ("", []))[1]]
    return {place.file for place in places}
