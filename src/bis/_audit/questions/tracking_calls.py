"""What a call traces by itself: the tables of the trackers, asked about calls with their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.ir import CONSTANT, DICT, LIST, OTHER
from bis._audit.trackers import integrations
from bis._audit.trackers.known_trackers import BY_ROOT

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.trackers.table import Tracker


def may_trace(api: str) -> bool:
    """Whether a call of this name may trace something; see `kinds_of`."""
    root = api.partition(".")[0]
    return root in BY_ROOT or root in integrations.SWITCH_ROOTS or root == "ultralytics"


def kinds_of(call: Call) -> tuple[str, tuple[str, ...]] | None:
    """The tracker and the kinds of things that a call traces by itself; None where it traces nothing.

    What its arguments say counts: ``autolog(disable=True)`` traces nothing, ``log_model(registered_model_name=...)``
    registers, ``TrainingArguments(report_to="mlflow")`` logs parameters and metrics.
    """
    api = call.api
    root = api.partition(".")[0]
    if root in integrations.SWITCH_ROOTS and (switch := integrations.switch_of(api)) is not None:
        return _switched(call, switch)
    if root == "ultralytics" and api in integrations.SETTINGS:
        return _set(call)
    for tracker in BY_ROOT.get(root, ()):
        kinds = _with_arguments(tracker, call, tracker.kinds(api))
        if kinds:
            return tracker.name, kinds
    return None


def may_open_mlflow(api: str) -> bool:
    """Whether a call of this name may make MLflow's address known; see `opens_mlflow`."""
    return api == "dagshub.init"


def trains_and_logs(api: str) -> bool:
    """Whether a name is that of a training of Ultralytics, which writes to MLflow itself: ``YOLO("n.pt").train()``."""
    root, _dot, rest = api.partition(".")
    return root == integrations.TRAINING_ROOT and rest.endswith(".train")


def switches_off(module: Module) -> bool:
    """Whether a file says that Ultralytics does not write to MLflow: ``settings.update({"mlflow": False})``."""
    given = [_settings(call).get("mlflow") for call in module.calls if call.api in integrations.SETTINGS]
    if integrations.TRAINING_ROOT in module.roots:
        given += [one.value for one in module.assigns if one.key == "mlflow"]  # settings["mlflow"] = False
    return any(value is not None and value.kind == CONSTANT and value.data is False for value in given)


def opens_mlflow(call: Call, *, said: bool = False) -> bool:
    """Whether a call of another library makes MLflow's address known to this program: ``dagshub.init(mlflow=True)``.

    With `said`, only where it says so: by default it does.
    """
    if call.api != "dagshub.init":
        return False
    given = call.keywords.get("mlflow")
    return not said if given is None else given.kind != CONSTANT or given.data is True


def _with_arguments(tracker: Tracker, call: Call, kinds: tuple[str, ...]) -> tuple[str, ...]:
    if "autolog" in kinds and _is_true(call.keywords.get("disable")):
        return ()
    if tracker.keywords and call.keywords:
        for keyword, value in call.keywords.items():
            if value.kind == CONSTANT and (value.data is None or value.data is False):
                continue
            kinds += tuple(kind for kind in tracker.kinds_with(call.api, keyword) if kind not in kinds)
    return kinds


def _switched(call: Call, switch: integrations.Switch) -> tuple[str, tuple[str, ...]] | None:
    value = call.keywords.get(switch.keyword)
    if switch.yes and _is_true(value):
        return "mlflow", switch.kinds
    for word, tracker in integrations.WORDS.items():
        if _says(value, {word, integrations.EVERY}):
            return tracker, switch.kinds
    return None


def _set(call: Call) -> tuple[str, tuple[str, ...]] | None:
    given = _settings(call)
    for word, tracker in integrations.WORDS.items():
        if _is_true(given.get(word)):
            return tracker, integrations.TRAINING_KINDS
    return None


def _settings(call: Call) -> dict[str, Value]:
    """``settings.update({"mlflow": True})``, or by keyword."""
    given = dict(call.keywords)
    if call.args and call.args[0].kind == DICT:
        items = call.args[0].items
        given |= {
            str(key.data): value for key, value in zip(items[::2], items[1::2], strict=True) if key.kind == CONSTANT
        }
    return given


def _says(value: Value | None, words: set[str]) -> bool:
    if value is None:
        return False
    if value.kind == LIST or (value.kind, value.data) == (OTHER, "choice"):  # ["mlflow"] if tracked else []
        return any(_says(item, words) for item in value.items)
    return value.kind == CONSTANT and isinstance(value.data, str) and value.data in words


def _is_true(value: Value | None) -> bool:
    return value is not None and value.kind == CONSTANT and value.data is True
