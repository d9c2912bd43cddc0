"""A hyperparameter that is written in the code and logged nowhere.

## What it does
Finds literals that are given to an estimator, an optimiser or a training, in files that log parameters, metrics or a
model to MLflow, and in what these run of the project's other files. Neither the value's name nor its variable is
logged, as a parameter, a tag or in the run's name, nor the value as a metric or, a word, under another name, and no
autologging of the same program covers it. Variables, entries of dictionaries and constants of other files are followed.
Of a file that logs no parameter, those count that its program logs elsewhere. A loader of data counts where it shuffles
and something is trained: others evaluate. What a training does anyway (`shuffle=True`, `batch_size=32` of Keras), a
loss that the classes decide (cross-entropy), and a value that a search replaces, decide nothing.

## Why is this bad?
The run looks complete, with some parameters beside its metrics, and yet the one that was changed may be missing.

## Example
```python
with mlflow.start_run():
    model = SVC(C=10, kernel="rbf")
    mlflow.log_param("C", 10)
```

## Use instead
```python
with mlflow.start_run():
    model = SVC(C=10, kernel="rbf")
    mlflow.log_params(model.get_params())
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.frameworks import training
from bis._audit.parsing.ir import CONSTANT, DICT, NAME, Value
from bis._audit.questions import execution_order, ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.call_arguments import spread
from bis._audit.questions.dictionary_entries import entries_of
from bis._audit.questions.lightning_loggers import saves_hyperparameters
from bis._audit.questions.logged_values import logged_values, written_value
from bis._audit.questions.nested_estimators import nested_estimators, searched
from bis._audit.questions.program_roots import hidden, program_roots, shows_result
from bis._audit.questions.traces import traces
from bis._audit.questions.written_values import Written
from bis._audit.rule_contract import Rule
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import YES, Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS102", "unlogged-hyperparameter", Severity.WARNING, Confidence.MEDIUM)

_EVALUATES = re.compile(
    r"(?i)(?:^|_)(?:val|valid|validation|test|testing|eval|evaluation|dev|holdout)(?:_|\d|$|set|load|data|dl\b)"
)
_OF_RUNS = frozenset({"param", "metric", "model"})


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each maker of a model once, with all arguments that are not logged."""
    if analysis.facts["uses_mlflow"].value != YES:
        return
    autologs = {
        module.file: found
        for module in analysis.project.modules
        if (found := [call for call in analysis.may_trace(module) if _logs_by_itself(analysis, module, call)])
    }
    for module in analysis.project.programs:
        reached = None if _logs(analysis, module) else _beside_logging(analysis).get(module.file, ())
        if reached == ():
            continue  # nothing of it is run where something is logged
        together = analysis.project.links.together(module)
        covering = [call for file, calls in autologs.items() if file in together for call in calls]
        for call, missing in _unlogged(analysis, module, together, reached):
            roots = {ml_calls.library(call.api)}
            if covering and call.index in nested_estimators(analysis, module):
                roots.add("sklearn")
            if _is_optimiser_of_lightning(module, call):
                roots.add("lightning")  # what an optimiser was made with is logged with the training
            if not any(roots & set(execution_order.autolog_covers(one.api)) for one in covering):
                names = ", ".join(missing)
                message = f"{call.method} is given {names}, which no call logs"
                yield RULE.at_call(module, call, message, related=_written_at(analysis, module, call, missing))


def _logs(analysis: Analysis, module: Module) -> bool:
    """Whether a file logs what a run is made with, or what has come of a training."""
    tracing = analysis.may_trace(module)
    if any(not _OF_RUNS.isdisjoint(analysis.kinds(module, call)) for call in tracing):
        return True
    trained = analysis.training(module)
    return any(shows_result(module, call, module, one) for call in tracing for one in trained)


@asked_once
def _beside_logging(analysis: Analysis) -> dict[str, set[int]]:
    """By file, the numbers of the calls that run when a program runs that logs: also in files that log nothing."""
    found: dict[str, set[int]] = {}
    for program in program_roots(analysis):
        if len(program.parts) < 2 or not any(analysis.direct_kinds(part, "mlflow") for part in program.parts):
            continue
        for trace in traces(analysis, program.module):
            steps = [(step.module, step.call) for step in trace if step.call is not None]
            if any(
                not (_OF_RUNS.isdisjoint(analysis.direct(part, call)) or saves_hyperparameters(call))
                for part, call in steps
            ):
                for part, call in steps:
                    found.setdefault(part.file, set()).add(call.index)
                # To import a file runs what is at its top; what is there under a guard of its own is not told apart.
                for part in (one for one in program.parts[1:] if not one.has_main_guard):
                    at_top = {call.index for call in part.calls if not (call.scope or call.conditional)}
                    found.setdefault(part.file, set()).update(at_top)
    return found


def _unlogged(
    analysis: Analysis, module: Module, together: Collection[str], reached: Collection[int] | None
) -> Iterator[tuple[Call, list[str]]]:
    """The calls of a file that are given a literal which nothing logs, with the names of the arguments."""
    replaced = searched(analysis, module)
    own = logged_values(analysis, module)
    logging = [own]
    if not own.says_anything:  # it leaves that to others, or it is not seen
        if module.file in hidden(analysis, "param"):
            return
        logging += [logged_values(analysis, one) for one in analysis.project.programs if one.file in together]
    for call in analysis.calls_where(module, ml_calls.may_take_hyperparameters):
        if reached is not None and call.index not in reached:
            continue
        search = replaced.get(call.index)
        whole = search is not None and search.whole
        found = any(one.found for one in logging) and not whole
        takes_logged = own.takes_logged(call)
        if found and not takes_logged:
            continue  # it may be what was searched
        known = call if takes_logged else _with_table(analysis, module, spread(analysis, module, call))
        given = ml_calls.hyperparameters(call if known.starred else known)  # {**defaults, **others}: not known
        missing = []
        for name, value in given.items():
            if search is not None and name in search.names:
                continue
            literal = _decisive(analysis, module, call, name, value)
            if literal is not None and not any(one.covers(name, value, literal, call, module) for one in logging):
                missing.append(name)
        if missing and not (ml_calls.loads_data(call) and not _feeds_training(analysis, module, call)):
            yield call, missing


def _written_at(analysis: Analysis, module: Module, call: Call, names: list[str]) -> tuple[Place, ...]:
    """Where a script writes the values of arguments, if not at the call: variables, and entries of a dictionary."""
    if module.is_notebook:
        return ()  # of an expression, the cell is not known
    wanted = training.hyperparameters(call.api)
    table = call.argument(wanted.at, wanted.table) if wanted is not None and wanted.table else None
    given = [value for name, value in call.keywords.items() if name in names or name.startswith("**")]
    found: dict[int, Place] = {}
    for value in (*given, *((table,) if table is not None else ())):
        known = analysis.value_of(module, value, call.scope, call.index) if value.kind == NAME else None
        if known is None:
            continue
        pairs = zip(known.items[::2], known.items[1::2], strict=True) if known.kind == DICT else ()
        entries = [key for key, _item in pairs if key.kind == CONSTANT and key.data in names]
        for one in entries or ([known] if known.is_literal else []):
            if not call.line <= one.line <= call.end_line:
                found.setdefault(one.line, Place(module.file, -1, one.line, one.column))
    return tuple(found.values())


def _logs_by_itself(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether a call has a library's parameters logged: autologging, or MLflow's callback for Keras."""
    return "autolog" in analysis.direct(module, call) or canonical(call.api) in _CALLBACKS


_CALLBACKS = frozenset({"mlflow.keras.MlflowCallback", "mlflow.tensorflow.MlflowCallback"})


def _with_table(analysis: Analysis, module: Module, call: Call) -> Call:
    """A call with the dictionary of hyperparameters, as far as it is written, in place of a name that stands for it."""
    wanted = training.hyperparameters(call.api)
    table = call.argument(wanted.at, wanted.table) if wanted is not None and wanted.table else None
    if wanted is None or table is None or table.kind == DICT:
        return call
    entries, all_seen = entries_of(analysis, Written(module, table, call.scope, call.index))
    if not (entries and all_seen):
        return call
    whole = Value(DICT, None, tuple(item for key, value in entries.items() for item in (Value(CONSTANT, key), value)))
    if wanted.table in call.keywords:
        return call._replace(keywords={**call.keywords, wanted.table: whole})
    return call._replace(args=(*call.args[: wanted.at], whole, *call.args[wanted.at + 1 :]))


def _decisive(analysis: Analysis, module: Module, call: Call, name: str, value: Value) -> Value | None:
    """The literal that an argument is, if it is one and is what somebody has chosen."""
    literal = written_value(analysis, module, value, call)
    if literal is None or not literal.is_literal or _may_be_another(module, value, call):
        return None
    return None if ml_calls.is_default(call, name, literal) or _goes_with_the_task(call, name, literal) else literal


def _is_optimiser_of_lightning(module: Module, call: Call) -> bool:
    """Whether a call makes the optimiser of a module of Lightning: not its schedule, of which nothing is logged."""
    within = module.scopes[call.scope].name.rpartition(".")[2] == "configure_optimizers"
    return within and training.is_optimiser(call.api) and ".lr_scheduler." not in call.api


def _may_be_another(module: Module, value: Value, call: Call) -> bool:
    """Whether a variable has its literal under a condition only, and comes from elsewhere if that does not hold."""
    if value.kind != NAME or "." in value.data:
        return False
    before = [
        one
        for one in module.assigns
        if one.name == value.data and one.scope == call.scope and one.after <= call.index and one.cell == call.cell
    ]
    return any(one.column < before[-1].column and not one.value.is_literal for one in before)


def _goes_with_the_task(call: Call, name: str, literal: Value) -> bool:
    """Whether it is the loss of a model of Keras that the task alone decides, with no other to choose from."""
    return (call.method, name) == ("compile", "loss") and literal.data in training.LOSSES_OF_TASKS


def _feeds_training(analysis: Analysis, module: Module, loader: Call) -> bool:
    """Whether a loader of data is one that a model is trained with: it shuffles, in a program that trains."""
    if not analysis.is_part_of_training(module):
        return False
    named = {name for given in loader.args[:1] for name in given.names()} | set(loader.targets)
    if any(_EVALUATES.search(name.rpartition(".")[2]) for name in named):
        return False
    if {"sampler", "batch_sampler"} & loader.keywords.keys() or loader.starred:
        return True
    shuffle = loader.argument(2, "shuffle")
    return shuffle is not None and not (shuffle.kind == CONSTANT and not shuffle.data)
