"""What happens before what: autologging, and the training that it is to log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.frameworks.training import LOOPS_OF_ONES_OWN, TRAINS_WITH
from bis._audit.questions import ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.traces import saved_trace, traces
from bis._audit.trackers import mlflow
from bis._audit.trackers.known_trackers import canonical

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis
from bis._audit.questions.traces import TraceStep


def autolog_covers(api: str) -> tuple[str, ...]:
    """First parts of the libraries whose training an autologging function covers."""
    flavour = canonical(api).split(".")[1]
    return mlflow.AUTOLOG_COVERS_ALL if flavour == "autolog" else mlflow.AUTOLOG_COVERS.get(flavour, ())


def covered(autolog: Call, training: Call) -> bool:
    """Whether autologging covers a training, if it comes before it; what is trained may be unknown."""
    root = ml_calls.library(training.api)
    covers = frozenset(autolog_covers(autolog.api))
    if training.method in LOOPS_OF_ONES_OWN:
        return False
    if root in TRAINS_WITH:
        return not covers.isdisjoint(TRAINS_WITH[root])
    return not root or root in covers


@asked_once
def late_autologs(analysis: Analysis, *, saved: bool = False) -> list[tuple[Module, Call, Call]]:
    """Autologging that is switched on after a training that it would cover, with none after it; and that training.

    With `saved`, notebooks are looked at in the order of their saved execution counts.
    """
    if not analysis.ever("autolog"):
        return []
    found: dict[int, tuple[Module, Call, Call]] = {}
    early: set[int] = set()
    for module in analysis.project.modules:
        if not any("autolog" in analysis.kinds(module, call) for call in analysis.may_trace(module)):
            continue
        one = saved_trace(analysis, module) if saved else None
        for trace in ([one] if one else []) if saved else traces(analysis, module):
            _late_in(analysis, trace, found, early)
    return [entry for key, entry in sorted(found.items()) if key not in early]


def _late_in(
    analysis: Analysis, trace: list[TraceStep], found: dict[int, tuple[Module, Call, Call]], early: set[int]
) -> None:
    before: list[Call] = []  # what was trained without autologging
    on: list[Call] = []
    waiting: dict[int, Call] = {}  # autologging after which nothing that it covers was trained so far
    late: dict[int, tuple[Module, Call, Call]] = {}
    for step in trace:
        call = step.call
        if call is None:
            continue
        if "autolog" in analysis.direct(step.module, call):
            waiting[id(call)] = call
            on.append(call)
            fits = [fit for fit in before if covered(call, fit)]
            if fits:
                late[id(call)] = (step.module, call, fits[-1])
        elif ml_calls.trains(call):
            if not any(covered(autolog, call) for autolog in on):
                before.append(call)
            for key, autolog in list(waiting.items()):
                if covered(autolog, call):
                    early.add(key)
                    del waiting[key]
    found |= late
