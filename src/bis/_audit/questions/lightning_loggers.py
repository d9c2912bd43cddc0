"""What Lightning's own logger for MLflow is given: metrics always, hyperparameters where a module saves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks import naming
from bis._audit.parsing.ir import CALL, CONSTANT
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_LOGGER = "lightning.pytorch.loggers.MLFlowLogger"
_ROOTS = frozenset({"lightning", "pytorch_lightning"})
_SAVES = "save_hyperparameters"
_TRAINS = frozenset({"lightning.pytorch.Trainer.fit", "flash.Trainer.fit", "flash.Trainer.finetune"})


def uses_logger(modules: Iterable[Module]) -> bool:
    """Whether the logger is made anywhere."""
    return any(canonical(call.api) == _LOGGER for module in modules if module.roots & _ROOTS for call in module.calls)


def saves_hyperparameters(call: Call) -> bool:
    """Whether a module's hyperparameters go to its trainer's logger: ``self.save_hyperparameters()``."""
    if not call.path.endswith(_SAVES) or call.method != _SAVES:
        return False
    to_logger = call.keywords.get("logger")
    return to_logger is None or to_logger.kind != CONSTANT or to_logger.data is not False


def logged_through(call: Call) -> tuple[str, ...]:
    """What a call traces with a logger that somebody else has made: ``trainer.logger.log_hyperparams(...)``.

    The logger's ``experiment`` is MLflow's client, to which the run is given: that tells it from those of others.
    """
    if call.api.startswith("@") or ".loggers." in call.api:
        return ()
    holder = call.owner.removesuffix("[]").rpartition(".")[2]
    if call.method == "log_hyperparams":
        return ("param",) if "logger" in holder else ()
    if holder != "experiment":
        return ()
    names = (name for value in (*call.args, *call.keywords.values()) for name in value.names())
    return mlflow.TRACKER.kinds(f"mlflow.MlflowClient.{call.method}") if any("run_id" in n for n in names) else ()


def trained_of_others(analysis: Analysis) -> Iterator[tuple[Module, Call]]:
    """Trainings of modules that another library defines: these may save their hyperparameters."""
    if not uses_logger(analysis.project.modules):
        return
    for module in analysis.project.modules:
        for call in module.calls:
            if naming.canonical(call.api) not in _TRAINS:
                continue
            given = analysis.value_of(module, call.argument(0, "model"), call.scope, call.index)
            made = module.calls[given.data].api if given is not None and given.kind == CALL else ""
            root = made.partition(".")[0]
            if "." in made and root and not made.startswith("@") and root not in _ROOTS | {"torch"}:
                yield module, call
