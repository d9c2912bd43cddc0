"""Names across the files of a project: which file `from src.tracking import log_all` means, and what that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.parsing.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis._audit.program.ir import Module, Scope

# A project's `mlflow.py` or folder `mlflow/` never hides the library from anybody who imports it to track.
_LIBRARIES = frozenset(
    {"mlflow", "sklearn", "torch", "tensorflow", "keras", "numpy", "pandas", "scipy", "xgboost", "lightgbm", "optuna"}
)
_FURTHEST = 4  # re-exports of re-exports
_MOST_QUESTIONS = 12  # that wait for the answer to another


class Links:
    """The modules of one project, by the names under which they are imported.

    An own function or class of another file is written ``@path/of/file.py:Class.method``.
    """

    def __init__(self, modules: list[Module]) -> None:
        self._by_name: dict[str, list[Module]] = {}
        self._names: dict[int, Names] = {}
        self._functions: dict[int, dict[str, int]] = {}
        self._uses: dict[int, frozenset[int]] = {}
        self._users: dict[int, list[Module]] | None = None
        self._answers: dict[tuple[str, str], str] = {}
        self._waiting = 0
        self._by_file = {module.file: module for module in modules}
        for module in modules:
            if module.is_notebook:
                continue
            parts = module.file.removesuffix(".py").split("/")
            if parts[-1] == "__init__" and len(parts) > 1:
                parts.pop()
            for start in range(len(parts)):
                self._by_name.setdefault(".".join(parts[start:]), []).append(module)
                self._by_name.setdefault(parts[start], [])  # a folder, which holds modules

    def link(self, modules: list[Module]) -> None:
        """Resolve again what is imported from the project's own files."""
        for module in modules:
            own = {one.alias for one in module.imports if self._target(module, one.target) is not None}
            if own:
                self.names(module).resolve_calls(own)

    def names(self, module: Module) -> Names:
        """The names of a module, with those of the project's other files known."""
        found = self._names.get(id(module))
        if found is None:
            found = self._names[id(module)] = Names(module, _Elsewhere(self, module))
        return found

    def uses(self, one: Module, other: Module) -> bool:
        """Whether a module imports from another."""
        return id(other) in self._used_by(one)

    def users(self, module: Module) -> list[Module]:
        """The modules that import from one, directly or through others; that one is none of them."""
        if self._users is None:
            self._users = {}
            for one in self._by_file.values():
                for used in self._used_by(one):
                    self._users.setdefault(used, []).append(one)
        found: dict[int, Module] = {}
        pending = [module]
        while pending:
            for one in self._users.get(id(pending.pop()), ()):
                if id(one) not in found and one is not module:
                    found[id(one)] = one
                    pending.append(one)
        return list(found.values())

    def _used_by(self, module: Module) -> frozenset[int]:
        found = self._uses.get(id(module))
        if found is None:
            targets = (self._target(module, imported.target) for imported in module.imports)
            found = self._uses[id(module)] = frozenset(id(target[0]) for target in targets if target is not None)
        return found

    def own_names(self) -> set[str]:
        """First parts of the names under which own modules are imported."""
        return {name.partition(".")[0] for name in self._by_name}

    def function(self, api: str, module: Module) -> tuple[Module, int] | None:
        """The module and the index of the scope that an own name stands for; of a class, its ``__init__``."""
        if not api.startswith("@"):
            return None
        file, colon, name = api[1:].rpartition(":")
        owner = self._by_file.get(file) if colon else module
        if owner is None:
            return None
        scopes = self._scopes(owner)
        index = scopes.get(name)
        if index is not None and owner.scopes[index].kind == "class":
            index = scopes.get(f"{name}.__init__")
        return None if index is None else (owner, index)

    def _scopes(self, module: Module) -> dict[str, int]:
        found = self._functions.get(id(module))
        if found is None:
            found = self._functions[id(module)] = {s.name: i for i, s in enumerate(module.scopes) if i}
        return found

    def _target(self, module: Module, target: str) -> tuple[Module, str] | None:
        """The own module that a dotted name leads into, and what remains of the name."""
        if target.startswith("."):
            level = len(target) - len(target.lstrip("."))
            folder = module.file.split("/")[:-level]
            parts = [*folder, *(p for p in target.lstrip(".").split(".") if p)]
        else:
            parts = target.split(".")
            if parts[0] in _LIBRARIES or parts[0] not in self._by_name:
                return None  # the first part is a module or a folder of the project, or the name leads elsewhere
        for length in range(len(parts), 0, -1):
            candidates = self._by_name.get(".".join(parts[:length]))
            if candidates:
                chosen = self._nearest(candidates, module)
                if chosen is not module:
                    return chosen, ".".join(parts[length:])
        return None

    def _nearest(self, candidates: list[Module], module: Module) -> Module:
        """Of several files of one name, the one with the longest path in common."""
        if len(candidates) == 1:
            return candidates[0]
        here = module.file.split("/")[:-1]

        def common(other: Module) -> tuple[int, int]:
            there = other.file.split("/")[:-1]
            shared = next((i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), len(here))
            return (-shared, len(there))

        return min(candidates, key=common)

    def imported(self, target: str, module: Module, depth: int = 0) -> str:
        """What an imported name stands for, in the words of the file that defines it."""
        found = self._target(module, target)
        if found is None or depth > _FURTHEST:
            return target
        owner, rest = found
        if not rest:
            return target
        head, _dot, more = rest.partition(".")
        index = self._scopes(owner).get(head)
        if index is not None:
            return self.member(f"@{owner.file}:{head}", more, depth) if more else f"@{owner.file}:{head}"
        api = self._ask(owner, rest, lambda: self.names(owner).at_the_end(rest))
        return _qualified(api, owner, target)

    def starred(self, target: str, name: str, module: Module) -> str | None:
        """What a name is that ``from target import *`` brings, empty for none; None where that is no own module."""
        found = self._target(module, target)
        if found is None or found[1]:
            return None
        whole = f"{target}{'' if target.endswith('.') else '.'}{name}"
        api = self.imported(whole, module)
        return "" if api == whole else api

    def member(self, of: str, rest: str, depth: int = 0) -> str:
        """A member of an own class of another file: its own, or one of a base that is made elsewhere."""
        file, _colon, name = of[1:].rpartition(":")
        owner = self._by_file.get(file)
        if owner is None or depth > _FURTHEST:
            return f"{of}.{rest}"
        found = self._ask(owner, f"{name}:{rest}", lambda: self.names(owner).member_of(f"@{name}", rest))
        # Of an attribute that holds something unknown, the method alone is known.
        return found if found.startswith(".") else _qualified(found, owner, f"{of}.{rest}")

    def returned(self, api: str) -> str:
        """What an own function of another file returns; of a class, the class."""
        file, _colon, name = api[1:].rpartition(":")
        owner = self._by_file.get(file)
        if owner is None:
            return ""
        index = self._scopes(owner).get(name)
        scope: Scope | None = owner.scopes[index] if index is not None else None
        if scope is None or scope.kind == "class":
            return api if scope is not None else ""
        found = self._ask(owner, f"{name}()", lambda: self.names(owner).returned_by(f"@{name}"))
        return _qualified(found, owner, "") if found else ""

    def _ask(self, owner: Module, question: str, answer: Callable[[], str]) -> str:
        """What another file says; nothing while it is asked just that already: files refer to each other in circles."""
        key = (owner.file, question)
        if key not in self._answers:
            if self._waiting > _MOST_QUESTIONS:
                return ""
            self._answers[key] = ""
            self._waiting += 1
            try:
                self._answers[key] = answer()
            finally:
                self._waiting -= 1
        return self._answers[key]


class _Elsewhere:
    """What one file may ask of the others."""

    def __init__(self, links: Links, module: Module) -> None:
        self._links = links
        self._module = module

    def imported(self, target: str) -> str:
        return self._links.imported(target, self._module)

    def member(self, of: str, rest: str) -> str:
        return self._links.member(of, rest)

    def returned(self, api: str) -> str:
        return self._links.returned(api)

    def starred(self, module: str, name: str) -> str | None:
        return self._links.starred(module, name, self._module)


def _qualified(api: str, owner: Module, otherwise: str) -> str:
    """A name of `owner` as another file writes it."""
    if api.startswith("@"):
        return api if ":" in api else f"@{owner.file}:{api[1:]}"
    return otherwise if api.startswith(".") or "." not in api else api
