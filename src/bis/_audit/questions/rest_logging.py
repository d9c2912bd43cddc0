"""What is logged by MLflow's REST interface: ``requests.post(f"{url}/api/2.0/mlflow/runs/log-metric", json=...)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import DICT, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


def logged_by_rest(module: Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Numbers of such calls of a file, with the kinds of things that they log."""
    if not module.roots & CLIENTS:
        return
    sending = [call for call in module.calls if call.method in _SENDS and call.api.partition(".")[0] in CLIENTS]
    assigned: dict[tuple[int, str], list[Value]] = {}
    for assign in module.assigns if sending else ():
        assigned.setdefault((assign.scope, assign.name), []).append(assign.value)
    for call in sending:
        given = [value for one in (*call.args, *call.keywords.values()) for value in _values(one, call, assigned)]
        texts = [text for value in given for text in value.constants() if isinstance(text, str)]
        addresses = [text for text in texts if _NAMESPACE in text]
        kinds = [kind for end, found in _ENDPOINTS.items() if any(end in text for text in addresses) for kind in found]
        if any(_BATCH in text for text in addresses):
            kinds += _of_batch(given)
        if kinds:
            yield call.index, tuple(dict.fromkeys(kinds))


def _values(value: Value, call: Call, assigned: Mapping[tuple[int, str], list[Value]]) -> list[Value]:
    """What a name was assigned in the function or in the file, or the expression itself."""
    if value.kind != NAME:
        return [value]
    return assigned.get((call.scope, value.data)) or assigned.get((0, value.data), [])


def _of_batch(given: list[Value]) -> list[str]:
    """The kinds in a batch, as far as its keys are seen; else parameters and metrics may be in it."""
    keys = {key.data for value in given if value.kind == DICT for key in value.items[::2]}
    return [kind for key, kind in _OF_BATCH.items() if key in keys] or ["metric", "param"]
