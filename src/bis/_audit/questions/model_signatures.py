"""Models that have a signature although the call that logs them is given none: MLflow finds it, or it is set later.

Since 2.20, MLflow takes the signature of a model of Python from the type of its input: ``predict(self, model_input:
list[str])``. What speaks the protocol of a chat or an agent has a signature by its class.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CALL, CONSTANT, LIST_OF_SOMETHING, NAME
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.written_values import Written, followed
from bis._audit.trackers.known_trackers import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.parsing.ir import Call, Module, Scope
    from bis._audit.questions.analysis import Analysis

# Flavours whose models have no tabular input, or bring their signature.
_FLAVOURS = frozenset(
    {
        "langchain", "openai", "dspy", "llama_index", "sentence_transformers", "transformers", "diffusers",
        "feature_engineering", "feature_store",
    }
)  # fmt: skip
_CLASSES = re.compile(r"mlflow\.(?:\w+\.)*(?:ChatModel|ChatAgent|ResponsesAgent)$")
_MOST_BASES = 4  # classes of the project of which one is derived from the other
_SETS_SIGNATURE = frozenset({"mlflow.models.set_signature", "mlflow.models.signature.set_signature"})
_SETS_MODEL = frozenset({"mlflow.models.set_model", "mlflow.models.model.set_model"})


def has_own_signature(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether what a call of ``log_model`` logs has a signature of its own, or gets one later in the same file.

    Parameters
    ----------
    analysis : Analysis
    module : Module
    call : Call
        Of this file, without ``signature`` and ``input_example``.
    """
    flavour = canonical(call.api).split(".")[1]
    if flavour in _FLAVOURS or _sets_signatures(analysis, module):
        return True
    given = call.keywords.get("python_model") if flavour == "pyfunc" else None
    return given is not None and _describes_itself(analysis, Written(module, given, call.scope, call.index))


@asked_once
def _sets_signatures(_analysis: Analysis, module: Module) -> bool:
    return any(call.api in _SETS_SIGNATURE for call in module.calls)


def _describes_itself(analysis: Analysis, python_model: Written) -> bool:
    """Whether a model of Python says what it takes: an object, a function, or a file that sets one of both."""
    found = followed(analysis, python_model)
    if found is None:
        return False
    module, value = found.module, found.value
    if value.kind == CONSTANT and isinstance(value.data, str):
        return _file_describes_itself(analysis, module, value.data)
    if value.kind == NAME:
        own = (one for one in module.scopes if one.kind == "function" and one.name == value.data)
        return any(_takes_list(one, one.parameters) for one in own)
    made = analysis.project.links.definition(module.calls[value.data].api, module) if value.kind == CALL else None
    return made is not None and _class_describes_itself(analysis, *made)


def _file_describes_itself(analysis: Analysis, module: Module, path: str) -> bool:
    """What a file sets as its model: ``mlflow.models.set_model(Agent())``; a file that is not here may set anything."""
    name = path.replace("\\", "/").rpartition("/")[2]
    files = [one for one in analysis.project.modules if name and one.file.rpartition("/")[2] == name]
    near = [one for one in files if one.file.rpartition("/")[0] == module.file.rpartition("/")[0]] or files
    models = [
        Written(one, call.args[0], call.scope, call.index)
        for one in near
        for call in one.calls
        if call.api in _SETS_MODEL and call.args
    ]
    return not models or any(_describes_itself(analysis, model) for model in models if model.value.kind != CONSTANT)


def _class_describes_itself(analysis: Analysis, module: Module, index: int) -> bool:
    """Whether objects of a class do: by what the class is derived from, or by what its ``predict`` takes."""
    for _base in range(_MOST_BASES):
        one = module.scopes[index]
        if any(map(_CLASSES.match, _imported(module, one.bases))):
            return True
        predict = next((s for s in module.scopes if s.kind == "function" and s.name == f"{one.name}.predict"), None)
        if predict is not None:
            return _takes_list(predict, predict.parameters[1:])
        above = (_own_class(analysis, module, base) for base in one.bases)
        found = next((base for base in above if base is not None), None)
        if found is None:
            return False
        module, index = found
    return False


def _takes_list(function: Scope, parameters: tuple[str, ...]) -> bool:
    """Whether the input of a model is declared as a list of something, which is what MLflow makes a signature of."""
    inputs = [name for name in parameters if name != "context"]
    return bool(inputs) and function.annotations.get(inputs[0]) == LIST_OF_SOMETHING


def _imported(module: Module, names: Iterable[str]) -> Iterator[str]:
    """What names of a file are called where they are imported from."""
    for name in names:
        head, dot, rest = name.partition(".")
        yield from (one.target + dot + rest for one in module.imports if one.alias == head)


def _own_class(analysis: Analysis, module: Module, name: str) -> tuple[Module, int] | None:
    """The class of the project that a name means in a file."""
    homes = [(module, name), *analysis.project.links.imported(module, name)]
    for home, inner in homes:
        for index, scope in enumerate(home.scopes):
            if scope.kind == "class" and scope.name == inner:
                return home, index
    return None
