"""What the calls of a project's functions give for their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.call_index import is_of_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.program.linking import Links
    from bis._audit.questions.analysis import Analysis


def given_by_callers(
    analysis: Analysis, module: Module, index: int, parameter: str
) -> Iterator[tuple[Module, Value, Call] | None]:
    """What each call of a function of the project gives for a parameter; None where that is not seen."""
    scope = module.scopes[index]
    position = scope.parameters.index(parameter)
    if module.scopes[scope.parent].kind == "class":
        position -= 1  # self
    for other, call in callers(analysis, module, index):
        value = call.argument(position, parameter) or (None if call.starred else scope.defaults.get(parameter))
        yield None if value is None else (other, value, call)


def callers(analysis: Analysis, module: Module, index: int) -> Sequence[tuple[Module, Call]]:
    """The calls of a function of the project, each with its file."""
    return _callers(analysis).get((module.file, index), ())


@asked_once
def _callers(analysis: Analysis) -> dict[tuple[str, int], list[tuple[Module, Call]]]:
    return calls_by_function(analysis.project.links, analysis.project.programs)


def calls_by_function(links: Links, modules: Iterable[Module]) -> dict[tuple[str, int], list[tuple[Module, Call]]]:
    """By file and scope of a function of the project, the calls of it in these files, each with its file."""
    found: dict[tuple[str, int], list[tuple[Module, Call]]] = {}
    for module in modules:
        for call in module.calls:
            target = links.function(call.api, module) if is_of_project(call.api) else None
            if target is not None:
                found.setdefault((target[0].file, target[1]), []).append((module, call))
    return found
