"""What of a call's arguments says what a run is about: of a function of the project, what it hands on to a tracker.

``track(path)`` with ``def track(source): mlflow.log_param("data", source)`` logs the path; ``train(frame)`` logs
nothing of the frame where ``train`` logs its own settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, NAME, SUBSCRIPT
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.lightning_loggers import saves_hyperparameters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bis._audit.parsing.ir import Call, Module, Scope, Value
    from bis._audit.questions.analysis import Analysis

# Kinds of what says what a run is about, and not what came of it.
SAYING = frozenset({"param", "tag", "artifact", "dataset", "experiment_tag", "model_tag"})
_DEEPEST = 20
_ROUNDS = 4  # names of names that are followed within a function
# What these return is not what they are given: its size, or something learnt from it.
_LOSES = frozenset({"len", "int", "float", "sum", "min", "max", "type", "isinstance", "fit", "predict", "score"})


def logged_arguments(analysis: Analysis, module: Module, call: Call, *, levels: int = 2) -> list[Value]:
    """The arguments of a call that says what a run is about, itself or in a function of the project that it calls.

    Parameters
    ----------
    analysis : Analysis
    module : Module
    call : Call
        Of this file.
    levels : int, optional
        How many functions hand an argument on, one to the other, at most.

    Returns
    -------
    list of Value
        Those that reach what is logged; none where the call logs nothing of the kind.
    """
    if not SAYING.isdisjoint(analysis.direct(module, call)):
        return [*call.args, *call.keywords.values()]
    found = analysis.project.links.function(call.api, module) if levels and call.api.startswith("@") else None
    if found is None:
        return []
    other, index = found
    reaching = _reaching(analysis, other, levels - 1).get(index)
    if reaching is None:
        return []
    return given_for(call, other.scopes[index], reaching)


def given_for(call: Call, function: Scope, wanted: Collection[str]) -> list[Value]:
    """What a call gives a function for some of its parameters, or for none that it names."""
    parameters = function.parameters
    positional = parameters[1:] if parameters[:1] in {("self",), ("cls",)} else parameters
    given = [value for at, value in enumerate(call.args) if at >= len(positional) or positional[at] in wanted]
    return given + [value for name, value in call.keywords.items() if name in wanted or name not in parameters]


@asked_once
def _reaching(analysis: Analysis, module: Module, levels: int) -> dict[int, frozenset[str]]:
    """By scope of a file, the names that reach a parameter, a tag or a file that its own body logs."""
    logging: dict[int, list[tuple[Call, list[Value]]]] = {}
    for call in analysis.may_trace(module):
        given = logged_arguments(analysis, module, call, levels=levels)
        if given or not SAYING.isdisjoint(analysis.direct(module, call)):
            logging.setdefault(call.scope, []).append((call, given))
    found = {}
    for scope, calls in logging.items():
        names = {name for call, given in calls for name in given_names(module, call, given)}
        if any(saves_hyperparameters(call) for call, _given in calls):
            names |= set(module.scopes[scope].parameters)
        found[scope] = frozenset(made_of(analysis, module, scope, names))
    return found


def made_of(analysis: Analysis, module: Module, scope: int, names: set[str]) -> set[str]:
    """Names of a function, with those that they are made of: by ``params["a"] = b`` and ``params.update(b)``."""
    for _round in range(_ROUNDS):
        before = len(names)
        for assign in module.assigns:
            if assign.scope == scope and assign.name.removesuffix("[]") in names:
                names = names.union(_names(module, assign.value))
        for call in analysis.calls_in(module, scope):
            if call.owner in names and call.method in {"update", "append", "setdefault"}:
                names = names.union(given_names(module, call, [*call.args, *call.keywords.values()]))
        if len(names) == before:
            break
    return names


def given_names(module: Module, call: Call, given: list[Value]) -> Iterator[str]:
    """Names in what a call is given, and in what the loops around it go through."""
    over = (module.loops[index].over for index in call.loops)
    for value in (*given, *(one for one in over if one is not None)):
        yield from _names(module, value)


def _names(module: Module, value: Value, depth: int = 0) -> Iterator[str]:
    """Names of which all is meant, or a field: of an entry, ``config["lr"]``, not that of the whole."""
    if depth > _DEEPEST or value.kind == SUBSCRIPT:
        return
    if value.kind == NAME:
        yield value.data.removesuffix(".__dict__")
    elif value.kind == CALL and _keeps(call := module.calls[value.data]):
        if call.owner:
            yield call.owner
        inner = module.calls[call.receiver] if call.receiver >= 0 else None
        for one in (call, inner):
            for given in (*one.args, *one.keywords.values()) if one is not None else ():
                yield from _names(module, given, depth + 1)
    for item in value.items:
        yield from _names(module, item, depth + 1)


def _keeps(call: Call) -> bool:
    """Whether what a call gives is what it is given: not what a function of the project reads or finds out.

    Nor is it what divides data: ``folds.split(X)`` gives the numbers of rows.
    """
    if call.method == "split" and call.args and call.args[0].kind == NAME and not call.api.startswith("os."):
        return False
    return call.method not in _LOSES and not call.api.startswith("@")
