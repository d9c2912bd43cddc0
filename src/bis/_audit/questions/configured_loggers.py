"""What a project's configuration logs to MLflow: a logger that Hydra makes, a catalogue of Kedro, Kedro's plug-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.files.configurations import configured
from bis._audit.trackers import integrations
from bis.model.project_audit import Place, TrackingCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis._audit.files.configurations import Configured
    from bis._audit.parsing.ir import Value
    from bis._audit.program.project import Project
    from bis._audit.questions.analysis import Analysis

LIGHTNINGS = "lightning.pytorch.loggers.MLFlowLogger"
_HOOK = "kedro_mlflow.framework.hooks.MlflowHook"
_BY_NAME = {name.replace("DataSet", "Dataset"): one for one in integrations.MLFLOW for name in (one.name, *one.aliases)}


def logged_by_configuration(project: Project) -> tuple[TrackingCall, ...]:
    """What is logged by objects that a configuration makes and that the project chooses, at the places that name them.

    Without a catalogue that says so, Kedro's plug-in logs all parameters of a project that declares or imports it: it
    is loaded wherever it is installed.
    """
    found = [one for made in configured(project.texts, "mlflow") if made.chosen for one in _of(made)]
    if "kedro" in project.roots:
        installed = [one.place for one in project.dependencies.declared if one.name == "kedro-mlflow"]
        installed += [
            Place(module.file, one.cell, one.line)
            for module in project.modules
            for one in module.imports
            if one.target.partition(".")[0] == "kedro_mlflow"
        ]
        found += [TrackingCall(place, _HOOK, "param", "mlflow") for place in installed[:1]]
    return tuple(found)


_KEPT = re.compile(
    r"(?m)^[\"']?(?P<entry>[\w.{}@-]{1,80})[\"']?:[ \t]*\n(?:[ \t]{1,8}[^\n]*\n){0,3}?"
    r"[ \t]{1,8}type:[ \t]*[\"']?kedro_mlflow\.io\.artifacts\.MlflowArtifactData[sS]et"
)


def kept_by_catalogue(analysis: Analysis) -> bool:
    """Whether Kedro's catalogue keeps what a node makes, and another one is given, as an artifact of each run."""
    entries = {
        m["entry"] for text in analysis.project.texts.values() if "MlflowArtifact" in text for m in _KEPT.finditer(text)
    }
    if not entries:
        return False
    made: set[str] = set()
    given: set[str] = set()
    for module in analysis.project.programs:
        for text, _value, call, name in analysis.literals(module):
            if text in entries and call is not None and call.method == "node":
                is_output = name == "outputs" or (name == "" and _holds(call.args[2:3], text))
                (made if is_output else given).add(text)
    return bool(made & given)


def _holds(values: tuple[Value, ...], text: str) -> bool:
    return any(text in value.constants() for value in values)


def _of(made: Configured) -> Iterator[TrackingCall]:
    known = _BY_NAME.get(made.target.replace("DataSet", "Dataset"))
    if known is None:
        return
    kinds = known.kinds.split()
    if known.name == LIGHTNINGS and "tags" in made.keys:
        kinds.append("tag")
    for kind in kinds:
        yield TrackingCall(made.place, known.name, kind, "mlflow")
