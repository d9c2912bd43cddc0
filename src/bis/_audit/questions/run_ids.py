"""Run ids, and ids of logged models, that are written in the code: given to MLflow, or put into an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.ir import BINARY, CALL, CONSTANT, FORMATTED, NAME, SUBSCRIPT, TEMPLATE, Call, Module, Value
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.catalogue_run_ids import catalogue_run_ids
from bis._audit.questions.literals import cell_of, given_to
from bis._audit.questions.written_values import Written, text_parts, values_of
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.questions.analysis import Analysis

_ID = re.compile(r"(?:m-)?[0-9a-f]{32}")
# Ids of another store, Cloudera's. What a call that reads a run is given may have any form.
_ID_OF_OTHERS = re.compile(r"(?=(?:[^0-9]*[0-9]){2})(?=.*[a-z])(?:[0-9a-z]{4}-){3}[0-9a-z]{4}")
_ANY_ID = re.compile(r"(?=(?:[^0-9]*[0-9]){2})(?=.*[A-Za-z])[A-Za-z0-9][\w-]{7,99}")
_STANDS_FOR_ID = re.compile(r"(?i)your|run|uuid|xxx|here|example|sample|placeholder|dummy|fake|test|todo|1234|abc|<")
_SHORTEST = 8
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
_IN_URI = re.compile(
    r"(?:runs:/|mlruns/\d+/|artifacts/\d+/|/runs/)[0-9a-f]{32}\b|models:/m-[0-9a-f]{32}\b"
    r"|/\d{1,20}/[0-9a-f]{32}/artifacts\b"  # of whatever store: s3://bucket/1/<id>/artifacts/model
    r"|\brun_id\s{0,2}=\s{0,2}['\"][0-9a-f]{32}['\"]"  # of a search
)
# What an id follows in an address.
_BEFORE = re.compile(r"(?:runs:/{1,3}|mlruns/(?:\d+/)?|artifacts/\d+/|/runs/|models:/{1,3})\Z")
_STARTS_WITH_ID = re.compile(r"(?:m-)?[0-9a-f]{32}\b")
_OF_ADDRESS = re.compile(r"runs:|/runs/|mlruns|artifacts|models:")
_NAMES_RUN = re.compile(r"(?i)(?:^|_)runs?(?:_|$)")
_NAMES_OTHER = re.compile(r"(?i)hash|md5|digest|checksum|token|key|secret|experiment")
_TEXTS = frozenset({FORMATTED, BINARY, CALL})
_DEEPEST = 8


@asked_once
def run_ids(analysis: Analysis) -> list[Place]:
    """Places of literal ids that reach MLflow, an address of a run, or a name that says that they are a run's."""
    found = [*catalogue_run_ids(analysis.project.texts)]
    any_id = False
    for module in analysis.project.programs:
        for text, value, call, name in analysis.literals(module):
            if len(text) < _SHORTEST:
                continue
            if _is_of_other_store(text, call, name, value):
                found.append(Place(module.file, cell_of(module, value, call), value.line, value.column))
                continue
            if len(text) < 32:
                continue
            any_id = any_id or _ID.fullmatch(text) is not None
            if _is_id(text, value, call, name):
                found.append(Place(module.file, cell_of(module, value, call), value.line, value.column))
        found += _of_parameters(module)
    for module in analysis.project.programs if any_id else ():
        found += [Place(m.file, cell_of(m, v, None), v.line, v.column) for m, v, *_ in _through_names(analysis, module)]
    return list(dict.fromkeys(found))


def _is_id(text: str, value: Value, call: Call | None, name: str) -> bool:
    if _IN_URI.search(text.replace("\\", "/")):  # a path of Windows
        return True
    if not _ID.fullmatch(text):
        return False
    return _says_run(given_to(call, name), text) or (call is not None and _is_given_id(call, value, name))


def _is_of_other_store(text: str, call: Call | None, name: str, value: Value) -> bool:
    """Whether a text that is not of MLflow's own form is the id of a run, by where it is given or by its name."""
    if _ID.fullmatch(text) or value.kind != CONSTANT:
        return False
    position = mlflow.READS_RUN.get(canonical(call.api)) if call is not None else None
    if position is not None and position[1] == "run_id" and call is not None and call.argument(*position) is value:
        return bool(_ANY_ID.fullmatch(text)) and not _STANDS_FOR_ID.search(text)
    return bool(_ID_OF_OTHERS.fullmatch(text)) and given_to(call, name).lower() in _NAMES_OF_RUN_ID


_NAMES_OF_RUN_ID = frozenset({"run_id", "runid", "mlflow_run_id", "parent_run_id", "best_run_id", "source_run_id"})


def _says_run(name: str, text: str) -> bool:
    words = name.lower()
    of_model = bool(_MODEL_ID.fullmatch(text)) and "model" in words
    if "id" in words and ("run" in words or of_model):
        return True
    return bool(_NAMES_RUN.search(name)) and not _NAMES_OTHER.search(name)


def _is_given_id(call: Call, value: Value, name: str) -> bool:
    """Whether a call of MLflow's is given an id: not where it logs a digest, or names an experiment."""
    if not call.api.startswith("mlflow."):
        return False
    api = canonical(call.api)
    position = mlflow.READS_RUN.get(api)
    if position is not None and call.argument(*position) is value:
        return True
    return not mlflow.TRACKER.kinds(api) and not _NAMES_OTHER.search(f"{call.method} {name}")


def _of_parameters(module: Module) -> Iterator[Place]:
    """Ids that a field or an option has by default: ``run_id: str = Field(default="...")``, ``typer.Option("...")``."""
    made = [(name, value, scope.cell) for scope in module.scopes for name, value in scope.defaults.items()]
    made += [(one.name, one.value, one.cell) for one in module.assigns]
    for name, value, cell in made:
        if value.kind != CALL or (call := module.calls[value.data]).method not in _DEFAULTS:
            continue
        given = call.argument(0, "default")
        if given is not None and _is_literal(given) and _says_run(name, given.data):
            yield Place(module.file, cell, given.line, given.column)


_DEFAULTS = frozenset({"Option", "Argument", "Field", "field"})


def _through_names(analysis: Analysis, module: Module) -> Iterator[Written]:
    """Ids that are assigned to a name, which is put into an address or given to MLflow as the id of a run."""
    for call in module.calls:
        for value in _given(call):
            for one in values_of(analysis, Written(module, value, call.scope, call.index)):
                if _is_literal(one.value):
                    yield one
        for value in (*call.args, *call.keywords.values()):
            yield from _in_addresses(analysis, Written(module, value, call.scope, call.index))
        if TEMPLATE in call.keywords or call.method == "join":
            value = Value(CALL, call.index, (), call.line, call.column)
            yield from _in_addresses(analysis, Written(module, value, call.scope, call.index))
    for assign in module.assigns:
        yield from _in_addresses(analysis, Written(module, assign.value, assign.scope, assign.after))
    for index, scope in enumerate(module.scopes):
        for value in scope.returns:
            yield from _in_addresses(analysis, Written(module, value, index, scope.last))


def _is_literal(value: Value) -> bool:
    return value.kind == CONSTANT and isinstance(value.data, str) and _ID.fullmatch(value.data) is not None


def _given(call: Call) -> Iterator[Value]:
    """Names that a call puts where the id of a run belongs."""
    if not call.api.startswith("mlflow."):
        return
    position = mlflow.READS_RUN.get(canonical(call.api))
    given = [call.argument(*position) if position is not None else None]
    given += [call.keywords.get("parent_run_id")]
    yield from (one for one in given if one is not None and one.kind in {NAME, SUBSCRIPT})


def _in_addresses(analysis: Analysis, written: Written, depth: int = 0) -> Iterator[Written]:
    """Ids within an expression that follow the beginning of an address: ``f"runs:/{name}/model"``."""
    module, value = written.module, written.value
    if depth > _DEEPEST or value.kind in {CONSTANT, NAME}:
        return
    if value.kind in _TEXTS:
        inner = module.calls[value.data] if value.kind == CALL else None
        texts = value.constants() if inner is None else [t for given in _parts(inner) for t in given.constants()]
        if any(isinstance(text, str) and _OF_ADDRESS.search(text) for text in texts):
            yield from _after_address(analysis, written)
            return
    for item in value.items:
        yield from _in_addresses(analysis, written._replace(value=item), depth + 1)


def _parts(call: Call) -> list[Value]:
    return [*call.args, *call.keywords.values()]


def _after_address(analysis: Analysis, written: Written) -> Iterator[Written]:
    before = ""
    for choices in text_parts(analysis, written):
        for one in choices:
            text = str(one.value.data)
            if _BEFORE.search(before) and _STARTS_WITH_ID.match(text):
                yield one
        before = before + str(choices[0].value.data) if len(choices) == 1 else ""
