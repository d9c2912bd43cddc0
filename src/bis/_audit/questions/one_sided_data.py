"""Pairs of data, training and test, of which one is prepared and the other is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, NAME, SUBSCRIPT, Assign, Call, Module, Value

if TYPE_CHECKING:
    from collections.abc import Iterator


_TRAIN = re.compile(r"(?i)(?<![a-z])(train(?:ing)?|tr)(?![a-z])|train")
_PREPARES = frozenset({"transform", "fit_transform", "normalize", "scale", "standardize", "preprocess_input"})
_EVALUATES = frozenset({"evaluate", "predict", "predict_proba", "score", "test_on_batch", "predict_classes"})
_LABELS = re.compile(r"(?i)^y(?:_|$)|label|target")


@dataclass(frozen=True, slots=True)
class OneSided:
    """`train` was prepared (`how`) by `assign`; `test` was not, and is evaluated by `use`."""

    train: str
    test: str
    how: str
    assign: Assign
    use: Call


def one_sided(module: Module) -> Iterator[OneSided]:
    """All evaluations on data whose training counterpart alone was prepared."""
    prepared: dict[str, tuple[Assign, str]] = {}
    every: set[str] = set()
    for assign in module.assigns:
        how = _how(module, assign.value)
        source = _source(module, assign.value)
        if how and source and not _LABELS.search(assign.name):
            every |= {assign.name, source}
            if _TRAIN.search(source) and assign.name == source:
                prepared.setdefault(assign.name, (assign, how))
    # In place: `x_train /= 255` is an assignment to itself as well.
    reported = set()
    for name, (assign, how) in prepared.items():
        for test in _counterparts(name):
            if test in every or _derived(module, test, every):
                continue
            use = _evaluation(module, test, assign)
            if use is not None and _fitted(module, name, assign) and test not in reported:
                reported.add(test)
                yield OneSided(name, test, how, assign, use)


def _how(module: Module, value: Value) -> str:
    """What is done to data by an expression: divided, scaled, transformed."""
    if value.kind == BINARY and value.data in {"Div", "Mult", "Sub"}:
        right = value.items[1]
        if right.kind == CONSTANT and isinstance(right.data, (int, float)):
            return f"divided by {right.data:g}" if value.data == "Div" else "rescaled"
        return _how(module, value.items[0])
    if value.kind == CALL:
        call = module.calls[value.data]
        if call.method in _PREPARES:
            return f"prepared with {call.path.lstrip('.')}"
        if call.method in {"astype", "reshape", "copy"}:
            inner = call.receiver
            return _how(module, Value(CALL, inner)) if inner >= 0 else ""
    return ""


def _source(module: Module, value: Value) -> str:
    """The name of the data that an expression prepares."""
    if value.kind == NAME:
        return str(value.data)
    if value.kind in {BINARY, SUBSCRIPT}:
        return _source(module, value.items[0])
    if value.kind == CALL:
        call = module.calls[value.data]
        if call.method in _PREPARES and call.args:
            return _source(module, call.args[0])
        if call.receiver >= 0:
            return _source(module, Value(CALL, call.receiver))
        return call.owner if call.method in {"astype", "reshape", "copy"} else ""
    return ""


def _counterparts(name: str) -> list[str]:
    """Names of test data that belong to a name of training data: ``train_images`` -> ``test_images``."""
    found = []
    for word in ("test", "val", "valid", "validation"):
        for old, new in (("train", word), ("Train", word.capitalize()), ("TRAIN", word.upper()), ("training", word)):
            if old in name:
                found.append(name.replace(old, new))
    return found


def _derived(module: Module, test: str, prepared: set[str]) -> bool:
    """Whether the test data was made from prepared data, or in one go with it by something unknown."""
    for assign in module.assigns:
        if assign.name == test and (_how(module, assign.value) or assign.value.names() & (prepared - {test})):
            return True
    handed = (c for c in module.calls if c.method in {"map", "apply", *_PREPARES})
    return any(test in {n for v in c.args for n in v.names()} for c in handed)


def _evaluation(module: Module, test: str, after: Assign) -> Call | None:
    for call in module.calls[after.after :]:
        if call.method in _EVALUATES and call.args and call.args[0].kind == NAME and call.args[0].data == test:
            return call
        validation = call.keywords.get("validation_data")
        if call.method == "fit" and validation is not None and test in validation.names():
            return call
    return None


def _fitted(module: Module, train: str, after: Assign) -> bool:
    return any(
        call.method in {"fit", "train"} and any(train in v.names() for v in (*call.args, *call.keywords.values()))
        for call in module.calls[after.after :]
    )
