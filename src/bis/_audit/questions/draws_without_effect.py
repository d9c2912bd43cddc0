"""Draws that decide no result: an example of an input, a number for a name, a picture to look at, the order of runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, FORMATTED
from bis._audit.questions.asked_once import asked_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.questions.analysis import Analysis

_EXPERIMENTS = re.compile(r"(?i)(?:^|_|\.)(?:experiments|runs|jobs|combinations|configs|configurations|commands)$")
_EXAMPLE = re.compile(
    r"(?i)^(?:(?:sample|example|dummy|fake|mock)_?(?:input|batch|tensor|image|loader)s?|inputs?_?(?:example|sample)"
    r"|(?:dummy|fake|mock)_?(?:data|array|x))$"
)
_A_NAME = re.compile(r"(?i)(?:^|_)(?:name|title|suffix|prefix|label|tag|id|uid|identifier)$")
_NAMED = frozenset({"set_experiment", "create_experiment"})  # they take a name first
_LISTS_FILES = frozenset({"os.listdir", "glob.glob", "os.scandir"})
_PICKS = frozenset({"random.choice", "random.sample", "random.choices", "numpy.random.choice"})
_A_HANDFUL = 10
# What shows which shape an input has, to somebody or to an exporter.
_SHOWN_TO = frozenset(
    {
        "to_onnx", "to_torchscript", "export", "trace", "infer_signature", "summary", "profile", "print",
        "get_model_complexity_info", "FlopCountAnalysis", "add_graph", "draw_graph",
    }
)  # fmt: skip
_WAITS = frozenset({"time.sleep", "asyncio.sleep"})


class _Uses:
    """What becomes of the results of a file's calls: a file may draw thousands of times, so it is read through once.

    Attributes
    ----------
    methods : mapping
        The first call of a method of what a call gives, by the number of that call.
    calls : mapping
        The calls that are given what a call gives, at any depth.
    calls_by_name : mapping
        The calls that are given a variable, by its scope and name.
    given : mapping
        What is assigned or given of what a call gives, with the name that it is given.
    given_by_name : mapping
        The same of a variable.
    texts : mapping
        The calls of ``str`` on what a call gives.
    examples : set of int
        The calls of which something is in a variable that is an example by its name.
    returned : set of int
        The calls of which something is returned.
    """

    def __init__(self, module: Module) -> None:
        self.methods: dict[int, Call] = {}
        self.calls: dict[int, list[Call]] = {}
        self.calls_by_name: dict[tuple[int, str], list[Call]] = {}
        self.given: dict[int, list[tuple[str, Value]]] = {}
        self.given_by_name: dict[tuple[int, str], list[tuple[str, Value]]] = {}
        self.texts: dict[int, list[int]] = {}
        self.examples: set[int] = set()
        self.returned = {index for scope in module.scopes for value in scope.returns for index in _held(value)}
        for assign in module.assigns:
            self._give(assign.name.rpartition(".")[2], assign.value, assign.scope)
            if _EXAMPLE.search(assign.name):
                self.examples.update(_held(assign.value))
        for call in module.calls:
            self._take(call)

    def _take(self, call: Call) -> None:
        self.methods.setdefault(call.receiver, call)
        for value in (*call.args, *call.keywords.values()):
            for index in _held(value):
                self.calls.setdefault(index, []).append(call)
            for name in value.names():
                self.calls_by_name.setdefault((call.scope, name), []).append(call)
        if call.api == "str":
            for index in {index for value in call.args for index in _held(value)}:
                self.texts.setdefault(index, []).append(call.index)
        if call.method not in {"print", "str"}:
            for value in call.args:
                self._give("name" if call.method in _NAMED else "", value, call.scope)
            for name, value in call.keywords.items():
                self._give(name, value, call.scope)

    def _give(self, name: str, value: Value, scope: int) -> None:
        for index in _held(value):
            self.given.setdefault(index, []).append((name, value))
        for used in value.names():
            self.given_by_name.setdefault((scope, used), []).append((name, value))


@asked_once
def _uses(_analysis: Analysis, module: Module) -> _Uses:
    return _Uses(module)


def decides_nothing(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether what a call draws decides no result.

    It is an example of an input, by its name or by what it is given to; a part of a name; one of the files of a folder,
    to be looked at; how long to wait; or the order in which experiments are started.
    """
    if call.method == "shuffle":
        return any(_EXPERIMENTS.search(name) for given in call.args[:1] for name in given.names())
    uses = _uses(analysis, module)
    if _picks_a_file(module, call) or _names_something(module, uses, call) or _is_a_delay(uses, call):
        return True
    if not call.targets and call.index in uses.examples:
        return True  # dummy_data = [np.random.rand(9) for _ in range(3)]
    outer: Call | None = call
    while outer is not None and not outer.targets:  # np.random.rand(1, 3).astype("float32")
        outer = uses.methods.get(outer.index)
    if outer is None:
        return False
    return all(
        _EXAMPLE.search(name.rpartition(".")[2]) or _is_shown(module, uses, name, outer) for name in outer.targets
    )


def _picks_a_file(module: Module, call: Call) -> bool:
    """Whether a handful of the files of a folder are picked: ``random.choice(os.listdir(folder))``."""
    if call.api not in _PICKS or not call.args or call.args[0].kind != CALL:
        return False
    if module.calls[call.args[0].data].api not in _LISTS_FILES:
        return False
    number = call.argument(1, "size" if call.api.startswith("numpy") else "k")
    if number is None:
        return call.method.startswith("choice")
    return number.kind == CONSTANT and isinstance(number.data, int) and number.data <= _A_HANDFUL


def _is_a_delay(uses: _Uses, call: Call) -> bool:
    """Whether a number is drawn to wait so long: ``time.sleep(random.uniform(1, 2))``, also by a variable."""
    of_it = [*uses.calls.get(call.index, ())]
    for name in call.targets:
        of_it += uses.calls_by_name.get((call.scope, name), ())
    others = [one for one in of_it if one.index != call.index]
    return bool(others) and all(one.api in _WAITS for one in others)


def _names_something(module: Module, uses: _Uses, call: Call) -> bool:
    """Whether a number is drawn for a name: ``run_name = f"run-{random.randint(1000, 9999)}"``, also by a variable."""
    of_it = [one for index in (call.index, *uses.texts.get(call.index, ())) for one in uses.given.get(index, ())]
    for target in call.targets:
        of_it = [(name, value) for name, value in of_it if name != target]  # the assignment to the variable itself
        of_it += uses.given_by_name.get((call.scope, target), ())
    return bool(of_it) and all(_is_text(module, value) and _A_NAME.search(name) for name, value in of_it)


def _is_text(module: Module, value: Value) -> bool:
    """Whether a text is put together: ``f"run-{n}"``, ``"run-" + str(n)``, ``str(n)``."""
    if value.kind == BINARY:
        return value.data == "Add" and any(_is_text(module, item) or _is_literal_text(item) for item in value.items)
    return value.kind == FORMATTED or (value.kind == CALL and module.calls[value.data].api == "str")


def _is_literal_text(value: Value) -> bool:
    return value.kind == CONSTANT and isinstance(value.data, str)


def _is_shown(module: Module, uses: _Uses, name: str, made: Call) -> bool:
    """Whether a tensor is only there to show a model's exporters, or the model itself, which shape an input has."""
    of_it = [one for one in uses.calls_by_name.get((made.scope, name), ()) if one.index > made.index]
    return bool(of_it) and all(one.method in _SHOWN_TO or _is_dropped(module, uses, one) for one in of_it)


def _is_dropped(module: Module, uses: _Uses, call: Call) -> bool:
    """Whether a model is called without gradients, and what it gives is not kept: ``self.forward(x)``."""
    without = any(module.withs[i].call >= 0 and _is_gradless(module.calls[module.withs[i].call]) for i in call.withs)
    if not without or call.targets or call.method not in {"forward", "model", "net"}:
        return False
    return call.index not in uses.given and call.index not in uses.returned


def _is_gradless(call: Call) -> bool:
    return call.api in {"torch.no_grad", "torch.inference_mode"}


def _held(value: Value) -> Iterator[int]:
    """The numbers of the calls in an expression."""
    if value.kind == CALL:
        yield value.data
    for item in value.items:
        yield from _held(item)
