"""The calls of a project's files by function and by name: most questions are about a few names, and most calls not."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bis._audit.parsing.ir import Call, Module

_PLACE_IN_FILE = itemgetter(0)  # the index of a call


def is_of_project(api: str) -> bool:
    """Whether a resolved name is that of a function or class of the project itself."""
    return api[:1] == "@"


class CallIndex:
    """Finds calls without going through all of them.

    Parameters
    ----------
    modules : iterable of Module
    """

    def __init__(self, modules: Iterable[Module]) -> None:
        self.by_scope: dict[str, dict[int, tuple[Call, ...]]] = {}
        self._by_name: dict[str, list[tuple[str, Call]]] = {}
        self._wanted: dict[Callable[[str], object], Mapping[str, Sequence[Call]]] = {}
        for module in modules:
            file = module.file
            scopes: dict[int, list[Call]] = {}
            for call in module.calls:
                scopes.setdefault(call.scope, []).append(call)
                self._by_name.setdefault(call.api, []).append((file, call))
            self.by_scope[file] = {scope: tuple(calls) for scope, calls in scopes.items()}

    def in_scope(self, module: Module, scope: int) -> tuple[Call, ...]:
        """The calls of one function's own body, in order."""
        return self.by_scope[module.file].get(scope, ())

    def where(self, module: Module, wanted: Callable[[str], object]) -> Sequence[Call]:
        """The calls of a file whose resolved names are wanted, in order; `wanted` is asked once for each name."""
        found = self._wanted.get(wanted)
        if found is None:
            found = self._wanted[wanted] = self._all_where(wanted)
        return found.get(module.file, ())

    def _all_where(self, wanted: Callable[[str], object]) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for name in filter(wanted, self._by_name):
            for file, call in self._by_name[name]:
                found.setdefault(file, []).append(call)
        for ordered in found.values():
            ordered.sort(key=_PLACE_IN_FILE)
        return found
