"""Credentials in the code, next to tracking.

## What it does
Finds literal passwords, tokens and keys that are given to environment variables of MLflow and its stores or to names
like them (an argument, an entry, what stands beside such a name, what an option falls back to), are part of a tracking
address, or are given to the login of a tracker; and keys of other services that a file which uses MLflow puts into the
environment (`os.environ["SOME_API_KEY"] = ...`). What is to be filled in is none.

## Why is this bad?
Everyone who can read the repository can write to the store, and its records of past runs can no longer be trusted. A
key that was committed once stays in the history.

## Example
```python
os.environ["MLFLOW_TRACKING_PASSWORD"] = "d41d8cd98f00b204"
```

## Use instead
```python
# set MLFLOW_TRACKING_PASSWORD outside of the code
mlflow.set_experiment("churn")
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.expressions import pairs_of
from bis._audit.parsing.ir import CONSTANT, DICT
from bis._audit.questions import environment_variables, literals
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.written_values import Written, values_of
from bis._audit.rule_contract import Rule
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical
from bis.model.project_audit import Confidence, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Module, Value
    from bis._audit.questions.analysis import Analysis
    from bis.model.project_audit import Finding

RULE = Rule("BIS404", "credentials", Severity.ERROR, Confidence.HIGH)

_VARIABLE = re.compile(
    r"(?:MLFLOW_TRACKING_(?:PASSWORD|TOKEN)|AWS_(?:SECRET_ACCESS_KEY|ACCESS_KEY_ID|SESSION_TOKEN)|DATABRICKS_TOKEN"
    r"|AZURE_STORAGE_(?:ACCESS_KEY|CONNECTION_STRING)|DAGSHUB_(?:USER_)?TOKEN|WANDB_API_KEY|COMET_API_KEY"
    r"|NEPTUNE_API_TOKEN"
    r"|CLEARML_API_(?:ACCESS|SECRET)_KEY|MINIO_\w*KEY|GOOGLE_API_KEY)$"
)
# The key of any other service, where it is put into the environment of a program that logs: only what looks like one.
_OF_SERVICE = re.compile(r"\w+_(?:API_KEY|API_TOKEN|ACCESS_TOKEN|SECRET_KEY|CLIENT_SECRET)$")
_KEY = re.compile(
    r"(?=\S*[0-9])(?=\S*[A-Za-z])(?!\S*(?i:your|xxx|here|\.\.\.|dummy|fake|example|test))[\w.+/=:~-]{16,}"
)
_IN_ADDRESS = re.compile(r"^[a-z][a-z0-9+]*://[^/@\s:{}]+:[^/@\s{}]+@")
_LOGINS = {
    "wandb.login": "key",
    "comet_ml.init": "api_key",
    "comet_ml.Experiment": "api_key",
    "comet_ml.login": "api_key",
    "comet_ml.start": "api_key",
    "huggingface_hub.login": "token",
    "dagshub.auth.add_app_token": "token",
    "neptune.init_run": "api_token",
    "neptune.init": "api_token",
}
_PLACEHOLDER = re.compile(
    r"(?i)^(?:|x+|\*+|<.*>|\{.*\}|\[.*\]|(?:your|my|enter|insert|replace|change|add|put|paste|fill)\b.*|(?:your|my|insert|replace|change)[_-].*"
    r"|.*[_-]here|none|null|todo|changeme|\.+|xxx.*|dummy.*|example|minioadmin|postgres|root|admin|test(?:ing)?|fake.*|mock|foo|bar|key"
    r"|token|secret|pass(?:word)?|pwd|placeholder|api[_-]?key)$"
)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Report each such literal, without repeating it."""
    for module in analysis.project.modules:
        told: set[tuple[int, int, int]] = set()
        for key, value, place in (*_set(analysis, module), *_named(analysis, module), *_paired(analysis, module)):
            literal = (place.cell, value.line, value.column)
            if literal not in told and _is_secret(value):
                told.add(literal)
                yield RULE.at(place, f"{key} is written in the code")
        for call in analysis.calls_where(module, _may_log_in):
            given = call.argument(0 if _LOGINS[call.api] != "api_token" else -1, _LOGINS[call.api])
            if given is not None and _is_secret(given):
                yield RULE.at(module.place_of(call), f"{call.path} is given a key that is written in the code")
        if _is_of_tracking(analysis, module):
            for text, value, user, _name in analysis.literals(module):
                if _IN_ADDRESS.match(text) and not _PLACEHOLDER.match(text.split("@")[0].rpartition(":")[2]):
                    place = Place(module.file, literals.cell_of(module, value, user), value.line, value.column)
                    yield RULE.at(place, "an address with a password in it")


def _may_log_in(api: str) -> bool:
    return api in _LOGINS


@asked_once
def _is_of_tracking(analysis: Analysis, module: Module) -> bool:
    """Whether a file uses MLflow: itself, by the logger of another library, or by what it puts into the environment."""
    return (
        "mlflow" in module.roots
        or any(True for _call in analysis.calls_where(module, _takes_address))
        or any(one.name.startswith("MLFLOW_") for one in environment_variables.variables_set(module))
    )


def _takes_address(api: str) -> bool:
    return canonical(api) in mlflow.TAKES_URI


def _set(analysis: Analysis, module: Module) -> Iterator[tuple[str, Value, Place]]:
    """Variables of the environment that are set, with what they are set to, also by way of a name."""
    tracks = _is_of_tracking(analysis, module)
    for one in environment_variables.variables_set(module):
        of_tracking = _is_variable(one.name)
        if not of_tracking and not (tracks and _OF_SERVICE.match(one.name)):
            continue
        for known in values_of(analysis, Written(module, one.value, one.scope, one.at)):
            if of_tracking or _KEY.fullmatch(str(known.value.data)):
                yield one.name, known.value, one.place


def _is_variable(name: str) -> bool:
    return _VARIABLE.match(name.upper()) is not None


def _named(analysis: Analysis, module: Module) -> Iterator[tuple[str, Value, Place]]:
    """What is given to a name like those variables, in letters of any size.

    ``mlflow.MLFLOW_TRACKING_PASSWORD = "..."``, ``aws_secret_access_key="..."``, what an option falls back to.
    """
    for assign in module.assigns:
        name = assign.name.rpartition(".")[2]
        if _is_variable(name):
            yield name, assign.value, Place(module.file, assign.cell, assign.line, assign.column)
    # A test hands over what it makes up.
    for _text, value, call, name in () if module.is_test else analysis.literals(module):
        known = literals.given_to(call, name)
        if _is_variable(known):
            place = Place(module.file, literals.cell_of(module, value, call), value.line, value.column)
            yield known, value, place


def _paired(analysis: Analysis, module: Module) -> Iterator[tuple[str, Value, Place]]:
    """What is given beside the name of such a variable: to a container, a task, a job.

    ``task.set_env_variable(name="AWS_SECRET_ACCESS_KEY", value="...")``, ``{"name": "...", "value": "..."}``.
    """
    named = [] if module.is_test else [one for one in analysis.literals(module) if _is_variable(one.text)]
    around = {id(value): one for one in _dictionaries(module) for value in one.values()} if named else {}
    for text, name, call, _name in named:
        entries = around.get(id(name), {})
        given = entries.get("value") or entries.get("Value")
        if call is not None and not environment_variables.asks(call):
            if any(value is name for value in call.keywords.values()):
                given = call.keywords.get("value")
            elif len(call.args) > 1 and call.args[0] is name and _ENVIRONMENT.search(call.method):
                given = call.args[1]
        if given is not None:
            cell = literals.cell_of(module, name, call)
            yield text, given, Place(module.file, cell, given.line, given.column)


_ENVIRONMENT = re.compile(r"(?i)env|secret")


def _dictionaries(module: Module) -> Iterator[dict[str, Value]]:
    """The dictionaries that are written out in a file, by their keys that are texts."""
    pending = list(environment_variables.expressions(module))
    while pending:
        value = pending.pop()
        if value.kind == DICT:
            yield {key.data: given for key, given in pairs_of(value) if isinstance(key.data, str)}
        pending += value.items


def _is_secret(value: Value) -> bool:
    if value.kind != CONSTANT or not isinstance(value.data, str) or _is_variable(value.data):
        return False  # known elsewhere, or the name of a variable
    return not _PLACEHOLDER.match(value.data.strip())
