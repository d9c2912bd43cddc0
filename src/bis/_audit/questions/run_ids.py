"""Run ids, and ids of logged models, that are written in the code: given to MLflow, or put into an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, FORMATTED, LIST, NAME, TEMPLATE, Value
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.catalogue_run_ids import catalogue_run_ids
from bis._audit.questions.literals import cell_of
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_ID = re.compile(r"(?:m-)?[0-9a-f]{32}")
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
_IN_URI = re.compile(r"(?:runs:/|mlruns/\d+/|artifacts/\d+/|/runs/)[0-9a-f]{32}\b|models:/m-[0-9a-f]{32}\b")
# What an id follows in an address.
_BEFORE = re.compile(r"(?:runs:/{1,3}|mlruns/(?:\d+/)?|artifacts/\d+/|/runs/|models:/{1,3})\Z")
_FIELD = re.compile(r"\{(?P<name>\w*)[^{}]*\}")
_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\))?[sdr]")
_DEEPEST = 8


@asked_once
def run_ids(analysis: Analysis) -> list[Place]:
    """Places of literal ids that reach MLflow, an address of a run, or a name that says that they are a run's."""
    found = [*catalogue_run_ids(analysis.project.texts)]
    for module in analysis.project.programs:
        any_id = False
        for text, value, call, name in analysis.literals(module):
            if len(text) < 32:
                continue
            any_id = any_id or _ID.fullmatch(text) is not None
            if _is_id(text, call, name):
                found.append(Place(module.file, cell_of(module, value, call), value.line, value.column))
        if any_id:
            found += _through_names(analysis, module)
    return found


def _is_id(text: str, call: Call | None, name: str) -> bool:
    if _IN_URI.search(text):
        return True
    if not _ID.fullmatch(text):
        return False
    words = name.lower()
    named = "id" in words and ("run" in words or (bool(_MODEL_ID.fullmatch(text)) and "model" in words))
    return named or (call is not None and call.api.startswith("mlflow."))


def _through_names(analysis: Analysis, module: Module) -> Iterator[Place]:
    """Ids that are assigned to a name, which is put into an address or given to MLflow as the id of a run."""
    for call in module.calls:
        for value in _given(module, call):
            known = analysis.value_of(module, value, call.scope, call.index)
            if known is not None and known is not value and _is_literal(known):
                yield Place(module.file, cell_of(module, known, None), known.line, known.column)
    for assign in module.assigns:
        for value in _names_in_address(module, assign.value):
            known = analysis.value_of(module, value, assign.scope, assign.after)
            if known is not None and known is not value and _is_literal(known):
                yield Place(module.file, cell_of(module, known, None), known.line, known.column)


def _is_literal(value: Value) -> bool:
    return value.kind == CONSTANT and isinstance(value.data, str) and _ID.fullmatch(value.data) is not None


def _given(module: Module, call: Call) -> Iterator[Value]:
    """Names that a call puts where the id of a run belongs."""
    position = mlflow.READS_RUN.get(canonical(call.api)) if call.api.startswith("mlflow.") else None
    given = call.argument(*position) if position is not None else None
    if given is not None and given.kind == NAME:
        yield given
    if TEMPLATE in call.keywords:
        yield from _after_address(_filled(call))
    for value in (*call.args, *call.keywords.values()):
        yield from _names_in_address(module, value)


def _names_in_address(module: Module, value: Value, depth: int = 0) -> Iterator[Value]:
    """Names within an expression that follow the beginning of an address: ``f"runs:/{name}/model"``."""
    if depth > _DEEPEST or value.kind in {CONSTANT, NAME, CALL}:
        return
    if value.kind in {FORMATTED, BINARY}:
        yield from _after_address(_parts(value))
    for item in value.items:
        yield from _names_in_address(module, item, depth + 1)


def _after_address(parts: list[str | Value]) -> Iterator[Value]:
    text = ""
    for part in parts:
        if isinstance(part, str):
            text = part
        else:
            if part.kind == NAME and _BEFORE.search(text):
                yield part
            text = ""


def _parts(value: Value, depth: int = 0) -> list[str | Value]:
    """A text in pieces: what is written, and what is put in between."""
    if value.kind == CONSTANT and isinstance(value.data, str):
        return [value.data]
    if value.kind == FORMATTED:
        return _interleaved(value.data.split("{}"), list(value.items))
    if value.kind == BINARY and value.data == "Add" and depth < _DEEPEST:
        return [part for item in value.items for part in _parts(item, depth + 1)]
    if value.kind == BINARY and value.data == "Mod" and value.items[0].kind == CONSTANT:
        given = value.items[1].items if value.items[1].kind == LIST else (value.items[1],)
        return _interleaved(_PERCENT.sub("\0", str(value.items[0].data)).split("\0"), list(given))
    return [value]


def _filled(call: Call) -> list[str | Value]:
    """The pieces of ``"runs:/{}/model".format(name)``."""
    template = str(call.keywords[TEMPLATE].data)
    fields = [match["name"] for match in _FIELD.finditer(template)]
    given: list[Value] = []
    for position, name in enumerate(fields):
        at = int(name) if name.isdigit() else position
        found = call.keywords.get(name) if name and not name.isdigit() else None
        given.append(found or (call.args[at] if at < len(call.args) else call.keywords[TEMPLATE]))
    return _interleaved(_FIELD.sub("\0", template).split("\0"), given)


def _interleaved(texts: list[str], values: list[Value]) -> list[str | Value]:
    found: list[str | Value] = []
    for position, text in enumerate(texts):
        found.append(text)
        if position < len(values):
            found.append(values[position])
    return found
