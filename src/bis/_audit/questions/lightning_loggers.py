"""What Lightning's own logger for MLflow is given: metrics always, hyperparameters where a module saves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks import naming
from bis._audit.parsing.ir import CALL, CONSTANT, NAME
from bis._audit.program.linking import MAKE_CONFIGURED
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.program.project import Project
    from bis._audit.questions.analysis import Analysis

_LOGGER = "lightning.pytorch.loggers.MLFlowLogger"
_ROOTS = frozenset({"lightning", "pytorch_lightning"})
_TRAINER = "lightning.pytorch.Trainer"
_SAVES = "save_hyperparameters"
_TRAINS = frozenset({"lightning.pytorch.Trainer.fit", "flash.Trainer.fit", "flash.Trainer.finetune"})


def uses_logger(modules: Iterable[Module]) -> bool:
    """Whether the logger is made anywhere."""
    return any(canonical(call.api) == _LOGGER for module in modules if module.roots & _ROOTS for call in module.calls)


def without_logger(project: Project) -> frozenset[str]:
    """Files of programs that make Lightning's trainers and give none of them a logger that may be MLflow's.

    What a module saves there goes to the files that Lightning writes by itself, or to the logger of another tracker.
    Programs that use autologging, or make a logger of MLflow or things that a configuration names, may log to MLflow.
    """
    trainers: dict[str, bool] = {}  # by file: whether one of its trainers may be given a logger of MLflow
    logging = set()
    for module in project.modules:
        lightning = module.calls if module.roots & _ROOTS else ()
        made = [call for call in lightning if naming.canonical(call.api) == _TRAINER]
        if made:
            trainers[module.file] = any(_may_be_given_logger(project, module, call) for call in made)
        if any(map(_may_log, module.calls)):
            logging.add(module.file)
    found = set()
    for module in project.modules if trainers else ():
        together = project.links.together(module)
        given = [trainers[file] for file in together if file in trainers]
        # One that trains without Lightning may use a module of it that saves what it is made with, for no trainer.
        apart = bool(given) or not (module.roots & _ROOTS or project.links.is_used(module))
        if apart and not any(given) and logging.isdisjoint(together):
            found.add(module.file)
    return frozenset(found)


def _may_be_given_logger(project: Project, module: Module, trainer: Call) -> bool:
    given = trainer.keywords.get("logger")
    if trainer.args or trainer.starred or given is None:
        return bool(trainer.args) or trainer.starred
    if given.kind == NAME and module.file in project.links.bindings:
        given = project.links.bindings[module.file].value_of(given.data, trainer.scope, trainer.index) or given
    if given.kind == CALL:  # MLflow's own is looked for everywhere
        return ".loggers." not in naming.canonical(module.calls[given.data].api)
    return given.kind != CONSTANT


def _may_log(call: Call) -> bool:
    api = naming.canonical(call.api)
    made = api in MAKE_CONFIGURED or call.api in MAKE_CONFIGURED or api.startswith(f"{_TRAINER}.from_")
    return made or canonical(call.api) == _LOGGER or (call.method == "autolog" and api.startswith("mlflow."))


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
