"""Draws that decide no result: an example of an input, a number for a name, a picture to look at, the order of runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, FORMATTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value

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


def decides_nothing(module: Module, call: Call) -> bool:
    """Whether what a call draws decides no result.

    It is an example of an input, by its name or by what it is given to; a part of a name; one of the files of a folder,
    to be looked at; how long to wait; or the order in which experiments are started.
    """
    if call.method == "shuffle":
        return any(_EXPERIMENTS.search(name) for given in call.args[:1] for name in given.names())
    if _picks_a_file(module, call) or _names_something(module, call) or _is_a_delay(module, call):
        return True
    if not call.targets and any(
        _EXAMPLE.search(assign.name) and _holds(assign.value, call.index) for assign in module.assigns
    ):
        return True  # dummy_data = [np.random.rand(9) for _ in range(3)]
    outer: Call | None = call
    while outer is not None and not outer.targets:  # np.random.rand(1, 3).astype("float32")
        inner = outer
        outer = next((one for one in module.calls if one.receiver == inner.index), None)
    if outer is None:
        return False
    return all(_EXAMPLE.search(name.rpartition(".")[2]) or _is_shown(module, name, outer) for name in outer.targets)


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


def _is_a_delay(module: Module, call: Call) -> bool:
    """Whether a number is drawn to wait so long: ``time.sleep(random.uniform(1, 2))``, also by a variable."""
    uses = [one for one in module.calls if one.index != call.index and _holds_or_names(one, call)]
    return bool(uses) and all(one.api in _WAITS for one in uses)


def _holds_or_names(one: Call, call: Call) -> bool:
    given = (*one.args, *one.keywords.values())
    if any(_holds(value, call.index) for value in given):
        return True
    return one.scope == call.scope and any(name in value.names() for name in call.targets for value in given)


_WAITS = frozenset({"time.sleep", "asyncio.sleep"})


def _names_something(module: Module, call: Call) -> bool:
    """Whether a number is drawn for a name: ``run_name = f"run-{random.randint(1000, 9999)}"``, also by a variable."""
    inner = {call.index, *(one.index for one in module.calls if one.api == "str" and _given_to(one, call))}
    uses = [(name, value) for name, value in _given(module) if any(_holds(value, index) for index in inner)]
    for target in call.targets:
        uses = [(name, value) for name, value in uses if name != target]  # the assignment to the variable itself
        uses += [(name, value) for name, value in _given(module, call.scope) if target in value.names()]
    return bool(uses) and all(_is_text(module, value) and _A_NAME.search(name) for name, value in uses)


def _given_to(outer: Call, call: Call) -> bool:
    return any(_holds(value, call.index) for value in outer.args)


def _is_text(module: Module, value: Value) -> bool:
    """Whether a text is put together: ``f"run-{n}"``, ``"run-" + str(n)``, ``str(n)``."""
    if value.kind == BINARY:
        return value.data == "Add" and any(_is_text(module, item) or _is_literal_text(item) for item in value.items)
    return value.kind == FORMATTED or (value.kind == CALL and module.calls[value.data].api == "str")


def _is_literal_text(value: Value) -> bool:
    return value.kind == CONSTANT and isinstance(value.data, str)


def _given(module: Module, scope: int = -1) -> Iterator[tuple[str, Value]]:
    """What is assigned or given, with the name that it is given; of one scope, or of all."""
    for assign in module.assigns:
        if scope in {-1, assign.scope}:
            yield assign.name.rpartition(".")[2], assign.value
    for call in module.calls:
        if scope in {-1, call.scope} and call.method not in {"print", "str"}:
            yield from (("name" if call.method in _NAMED else "", value) for value in call.args)
            yield from call.keywords.items()


def _is_shown(module: Module, name: str, made: Call) -> bool:
    """Whether a tensor is only there to show a model's exporters, or the model itself, which shape an input has."""
    uses = [
        call
        for call in module.calls[made.index + 1 :]
        if call.scope == made.scope and any(name in v.names() for v in (*call.args, *call.keywords.values()))
    ]
    return bool(uses) and all(call.method in _SHOWN_TO or _is_dropped(module, call) for call in uses)


def _is_dropped(module: Module, call: Call) -> bool:
    """Whether a model is called without gradients, and what it gives is not kept: ``self.forward(x)``."""
    without = any(module.withs[i].call >= 0 and _is_gradless(module.calls[module.withs[i].call]) for i in call.withs)
    if not without or call.targets or call.method not in {"forward", "model", "net"}:
        return False
    returned = (value for scope in module.scopes for value in scope.returns)
    return not any(_holds(value, call.index) for value in (*(value for _name, value in _given(module)), *returned))


def _is_gradless(call: Call) -> bool:
    return call.api in {"torch.no_grad", "torch.inference_mode"}


def _holds(value: Value, index: int) -> bool:
    return (value.kind == CALL and value.data == index) or any(_holds(item, index) for item in value.items)
