"""What happens before what: autologging and training, seeds and draws, runs and what is logged to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import ml_calls
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical

if TYPE_CHECKING:
    from bis._audit.program.ir import Call, Module
    from bis._audit.program.project import Project, Step


def autolog_covers(api: str) -> tuple[str, ...]:
    """First parts of the libraries whose training an autologging function covers."""
    flavour = canonical(api).split(".")[1]
    return mlflow.AUTOLOG_COVERS_ALL if flavour == "autolog" else mlflow.AUTOLOG_COVERS.get(flavour, ())


def covered(autolog: Call, training: Call) -> bool:
    """Whether autologging covers a training, if it stands before it; what is trained may be unknown."""
    root = ml_calls.library(training.api)
    covers = autolog_covers(autolog.api)
    if training.method == "backward":
        return False  # a loop of one's own
    return not root or root in covers or bool(root == "lightgbm" and "sklearn" in covers and "LGBM" in training.api)


def late_autologs(project: Project, *, saved: bool = False) -> list[tuple[Module, Call, Call]]:
    """Autologging that is switched on after a training that it would cover, with none after it; and that training.

    With `saved`, notebooks are looked at in the order of their saved execution counts.
    """
    if not project.ever("autolog"):
        return []
    found: dict[int, tuple[Module, Call, Call]] = {}
    early: set[int] = set()
    for module in project.modules:
        if not any("autolog" in project.kinds(module, call) for call in module.calls):
            continue
        one = project.saved_trace(module) if saved else None
        for trace in ([one] if one else []) if saved else project.traces(module):
            _late_in(project, trace, found, early)
    return [entry for key, entry in sorted(found.items()) if key not in early]


def _late_in(project: Project, trace: list[Step], found: dict[int, tuple[Module, Call, Call]], early: set[int]) -> None:
    before: list[Call] = []
    waiting: dict[int, Call] = {}  # autologging after which nothing that it covers was trained so far
    late: dict[int, tuple[Module, Call, Call]] = {}
    for step in trace:
        call = step.call
        if call is None:
            continue
        if project.direct(step.module, call) == ("autolog",):
            waiting[id(call)] = call
            fits = [fit for fit in before if covered(call, fit)]
            if fits:
                late[id(call)] = (step.module, call, fits[-1])
        elif ml_calls.trains(call):
            before.append(call)
            for key, autolog in list(waiting.items()):
                if covered(autolog, call):
                    early.add(key)
                    del waiting[key]
    found |= late


def seeded_globally(project: Project, module: Module, libraries: tuple[str, ...]) -> bool:
    """Whether a global generator is seeded in a file, in one that is connected with it, or by what uses it.

    A program that imports a model, and calls a function of a third file that seeds, seeds the model's draws.
    """
    key = (id(module), libraries)
    if key not in project.seeded:
        near = [other for other in project.modules if other is module or _connected(project, other, module)]
        project.seeded[key] = any(_seeds(call, libraries) for other in near for call in other.calls) or any(
            _calls_seeding(project, user, libraries) for user in project.links.users(module)
        )
    return project.seeded[key]


def _seeds(call: Call, libraries: tuple[str, ...]) -> bool:
    return not set(libraries).isdisjoint(ml_calls.seeds(call))


def _calls_seeding(project: Project, module: Module, libraries: tuple[str, ...]) -> bool:
    """Whether a file seeds, itself or by a function of the project that it calls."""
    for call in module.calls:
        if _seeds(call, libraries):
            return True
        found = project.links.function(call.api, module)
        if found is not None and any(_seeds(inner, libraries) for inner in project.calls_in(*found)):
            return True
    return False


def _connected(project: Project, one: Module, other: Module) -> bool:
    return project.links.uses(one, other) or project.links.uses(other, one)


def part_of_training(project: Project, module: Module) -> bool:
    """Whether a file, or one that it is connected with, trains a model: a draw in it is part of an experiment."""
    if module.is_test:
        return False
    connected = [other for other in project.modules if other is module or _connected(project, other, module)]
    return any(ml_calls.trains(call) for other in connected for call in other.calls)
