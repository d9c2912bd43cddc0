"""What is logged by MLflow's REST interface: ``requests.post(f"{url}/api/2.0/mlflow/runs/log-metric", json=...)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.parsing.bindings import Bindings
from bis._audit.parsing.ir import BINARY, CONSTANT, DICT, FORMATTED, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.parsing.ir import Call, Module, Value

CLIENTS = frozenset({"requests", "httpx", "urllib", "urllib3", "aiohttp"})
_SENDS = frozenset({"post", "request", "Request", "put", "patch"})
_ENDPOINTS = {
    "mlflow/runs/log-metric": ("metric",),
    "mlflow/runs/log-parameter": ("param",),
    "mlflow/runs/set-tag": ("tag",),
    "mlflow/runs/log-inputs": ("dataset",),
    "mlflow/runs/log-model": ("model",),
    "mlflow/registered-models/create": ("register",),
    "mlflow/model-versions/create": ("register",),
}
_BATCH = "mlflow/runs/log-batch"
_OF_BATCH = {"metrics": "metric", "params": "param", "tags": "tag"}
_NAMESPACE = "mlflow/"
_ADDRESS = re.compile(r"api/2\.0/(?:preview/)?mlflow(?:/|$)")
_ASKS = frozenset({"get", "delete"})
_UNKNOWN = "\0"
_DEEPEST = 8


def logged_by_rest(module: Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Numbers of such calls of a file, with the kinds of things that they log."""
    bindings: Bindings | None = None
    for call in _requests(module, _SENDS):
        bindings = bindings or Bindings(module)
        addresses = _addresses(bindings, call)
        kinds = [kind for end, found in _ENDPOINTS.items() if any(end in text for text in addresses) for kind in found]
        if any(_BATCH in text for text in addresses):
            kinds += _of_batch([_meant(bindings, one, call) for one in (*call.args, *call.keywords.values())])
        if kinds:
            yield call.index, tuple(dict.fromkeys(kinds))


def is_address(text: str) -> bool:
    """Whether a text has the beginning of an address of MLflow's interface."""
    return _ADDRESS.search(text) is not None


def asked_by_rest(module: Module) -> Iterator[Call]:
    """Calls of a file that speak to MLflow's interface, also where the address is put together."""
    bindings: Bindings | None = None
    for call in _requests(module, _SENDS | _ASKS):
        bindings = bindings or Bindings(module)
        if any(map(is_address, _addresses(bindings, call))):
            yield call


def _requests(module: Module, methods: frozenset[str]) -> list[Call]:
    if not module.roots & CLIENTS:
        return []
    return [call for call in module.calls if call.method in methods and call.api.partition(".")[0] in CLIENTS]


def _addresses(bindings: Bindings, call: Call) -> list[str]:
    """The texts that a call is given which may be addresses of MLflow's."""
    texts = (_text(bindings, value, call.scope, call.index, 0) for value in (*call.args, *call.keywords.values()))
    return [text for text in texts if _NAMESPACE in text or is_address(text)]


def _text(bindings: Bindings, value: Value, scope: int, at: int, depth: int) -> str:
    """A text that is put together, as far as the file says what of."""
    if value.kind == CONSTANT:
        return str(value.data)
    known = _known(bindings, value, scope, at) if value.kind == NAME else None
    if depth > _DEEPEST or (value.kind == NAME and known is None):
        return _UNKNOWN
    if known is not None:
        return _text(bindings, known, scope, at, depth + 1)
    if value.kind == FORMATTED:
        texts = [_text(bindings, item, scope, at, depth + 1) for item in value.items]
        between: list[str] = value.data.split("{}")
        return between[0] + "".join(text + after for text, after in zip(texts, between[1:], strict=False))
    if value.kind == BINARY and value.data == "Add":
        return "".join(_text(bindings, item, scope, at, depth + 1) for item in value.items)
    return "".join(text if isinstance(text, str) else _UNKNOWN for text in value.constants())


def _known(bindings: Bindings, value: Value, scope: int, at: int) -> Value | None:
    """What a name was assigned, or an attribute of the object or the class around: ``self.base``."""
    head, _dot, rest = value.data.partition(".")
    owner = bindings.class_of(scope) if head in {"self", "cls"} else None
    found = bindings.value_of(value.data, scope, at) if owner is None else bindings.attributes.get((owner.name, rest))
    return None if found is value else found


def _meant(bindings: Bindings, value: Value, call: Call) -> Value:
    """What a name was assigned, or the expression itself."""
    return (_known(bindings, value, call.scope, call.index) if value.kind == NAME else None) or value


def _of_batch(given: list[Value]) -> list[str]:
    """The kinds in a batch, as far as its keys are seen; else parameters and metrics may be in it."""
    keys = {key.data for value in given if value.kind == DICT for key in value.items[::2]}
    return [kind for key, kind in _OF_BATCH.items() if key in keys] or ["metric", "param"]
