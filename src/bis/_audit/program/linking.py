"""Names across the files of a project: which file `from src.tracking import log_all` means, and what that is there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis._audit.frameworks.randomness import SEED_KEYWORDS, hands_over
from bis._audit.parsing.bindings import Bindings
from bis._audit.parsing.ir import NAME, Assign, Module
from bis._audit.parsing.names import Names
from bis._audit.trackers.known_trackers import ASSIGNED_ROOTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bis._audit.parsing.ir import Scope

# A project's `mlflow.py` or folder `mlflow/` never hides the library from code that imports it to track.
_LIBRARIES = frozenset(
    {"mlflow", "sklearn", "torch", "tensorflow", "keras", "numpy", "pandas", "scipy", "xgboost", "lightgbm", "optuna"}
)
_POOLS = frozenset({"joblib", "multiprocessing", "concurrent", "sklearn"})  # imports of what starts worker processes
_FURTHEST = 4  # re-exports of re-exports
_MOST_QUESTIONS = 12  # that wait for the answer to another
_NONE: frozenset[str] = frozenset()
_VALUED = frozenset({"mlflow", "torch"})
# Calls that make what a configuration names.
MAKE_CONFIGURED = frozenset(
    {
        "hydra.utils.instantiate", "hydra.utils.call", "hydra.utils.get_class", "hydra.utils.get_method",
        "hydra.utils.get_object", "hydra_zen.instantiate", "lightning.pytorch.cli.LightningCLI",
        "pytorch_lightning.cli.LightningCLI", "pytorch_lightning.utilities.cli.LightningCLI",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Links:
    """The modules of one project with the names in them resolved across files, and what refers to what.

    Parameters
    ----------
    modules : tuple of Module
        In the order in which they were given.
    bindings : mapping of str to Bindings
        What the names of those files are bound to in which a value is likely to be asked for.
    used : mapping of str to frozenset of str
        By file, the files that it imports from, or makes something of because a configuration says so.
    own_names : frozenset of str
        First parts of the names under which the project's modules are imported.
    assigned : mapping of str to tuple of (Assign, str)
        By file, assignments to members of what a tracker made, with their resolved names: ``wandb.config.lr = 0.1``.
    tasks : mapping of (str, int) to str
        By file and number of a call, the resolved name of the function that it hands to worker processes.
    """

    modules: tuple[Module, ...]
    bindings: Mapping[str, Bindings]
    used: Mapping[str, frozenset[str]]
    own_names: frozenset[str]
    assigned: Mapping[str, tuple[tuple[Assign, str], ...]]
    tasks: Mapping[tuple[str, int], str]
    _users: Mapping[str, frozenset[str]]
    _by_file: Mapping[str, Module]
    _scopes: Mapping[str, Mapping[str, int]]
    _imported: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]

    def imported(self, module: Module, name: str) -> list[tuple[Module, str]]:
        """The own modules that an imported name of a file leads to, each with what of it is meant: all, where empty.

        Of ``*``, these are all modules that ``from module import *`` brings; else it is one at most.
        """
        return [(self._by_file[file], rest) for file, rest in self._imported.get((module.file, name), ())]

    def uses(self, one: Module, other: Module) -> bool:
        """Whether a module imports from another."""
        return other.file in self.used[one.file]

    def is_used(self, module: Module) -> bool:
        """Whether another file uses a module."""
        return bool(self._users.get(module.file, _NONE) - {module.file})

    def together(self, module: Module) -> frozenset[str]:
        """The files that run with a module in one program: what it uses, and what those use that use it."""
        users = self._reached(frozenset({module.file}), self._users)
        return self._reached(users, self.used)

    def reached(self, module: Module) -> frozenset[str]:
        """The files that a module uses, directly or through others, itself among them."""
        return self._reached(frozenset({module.file}), self.used)

    @staticmethod
    def _reached(start: frozenset[str], steps: Mapping[str, frozenset[str]]) -> frozenset[str]:
        found, pending = set(start), list(start)
        while pending:
            new = steps.get(pending.pop(), _NONE) - found
            found |= new
            pending += new
        return frozenset(found)

    def function(self, api: str, module: Module) -> tuple[Module, int] | None:
        """The module and the index of the scope that a name of the project means; of a class, its ``__init__``."""
        found = _function(api, module.file, self._by_file, self._scopes)
        return None if found is None else (self._by_file[found[0]], found[1])

    def definition(self, api: str, module: Module) -> tuple[Module, int] | None:
        """The module and the index of the scope that a name of the project means: a function, or a class itself."""
        other, colon, name = api[1:].rpartition(":")
        owner = self._by_file.get(other if colon else module.file) if api.startswith("@") else None
        index = self._scopes[owner.file].get(name) if owner is not None else None
        return None if owner is None or index is None else (owner, index)

    def is_class(self, api: str, module: Module) -> bool:
        """Whether a name of the project means a class."""
        found = self.definition(api, module)
        return found is not None and found[0].scopes[found[1]].kind == "class"


def link(modules: Iterable[Module], configured: frozenset[str] = _NONE) -> Links:
    """Resolve again what is imported from the project's own files.

    Parameters
    ----------
    modules : iterable of Module
    configured : frozenset of str
        Dotted names of what the project's configuration makes: whoever makes it uses the files that define it.
    """
    as_read = tuple(modules)
    linker = Linker(as_read, configured)
    for module in as_read:
        own = linker.imports_of(module)
        if own:
            linker.names(module).resolve_calls(own)
    # Only now: a task or an assignment is looked up among names that are all resolved.
    assigned = {m.file: linker.assigned(m) for m in as_read if m.roots & ASSIGNED_ROOTS}
    tasks = {(m.file, index): api for m in as_read if m.roots & _POOLS for index, api in linker.tasks(m)}
    links = linker.links(assigned, tasks)
    linker.forget_names()
    return links


def _reversed(used: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """By file, the files that import from it."""
    found: dict[str, set[str]] = {}
    for file, others in used.items():
        for other in others:
            found.setdefault(other, set()).add(file)
    return {file: frozenset(files) for file, files in found.items()}


def _function(
    api: str, file: str, by_file: Mapping[str, Module], scopes: Mapping[str, Mapping[str, int]]
) -> tuple[str, int] | None:
    """The file and the index of the scope of a name as `file` writes it."""
    if not api.startswith("@"):
        return None
    other, colon, name = api[1:].rpartition(":")
    file = other if colon else file
    if file not in by_file:
        return None
    index = scopes[file].get(name)
    if index is not None and by_file[file].scopes[index].kind == "class":
        index = scopes[file].get(f"{name}.__init__")
    return None if index is None else (file, index)


def _asks_values(module: Module) -> bool:
    """Whether the values of names matter in a file: it tracks or trains, or has calls with ``**params`` or a seed."""
    return bool(module.roots & _VALUED) or any(
        c.starred or not SEED_KEYWORDS.isdisjoint(c.keywords) for c in module.calls
    )


class Linker:
    """Finds out what the files of one project mean by each other's names; used while they are linked, and then dropped.

    A function or class of another file is written ``@path/of/file.py:Class.method``.
    """

    def __init__(self, modules: tuple[Module, ...], configured: frozenset[str] = _NONE) -> None:
        self._modules = modules
        self._by_name: dict[str, list[Module]] = {}
        self._names: dict[str, Names] = {}
        self._answers: dict[tuple[str, str], str] = {}
        self._waiting = 0
        self._by_file = {module.file: module for module in modules}
        self._defined = {m.file: {s.name: i for i, s in enumerate(m.scopes) if i} for m in modules}
        self._used: dict[str, frozenset[str]] = {}
        self._imported: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        for module in modules:
            if module.is_notebook:
                continue
            parts = module.file.removesuffix(".py").split("/")
            if parts[-1] == "__init__" and len(parts) > 1:
                parts.pop()
            for start in range(len(parts)):
                self._by_name.setdefault(".".join(parts[start:]), []).append(module)
                self._by_name.setdefault(parts[start], [])  # a folder, which holds modules
        self._configured = frozenset().union(*(self._defining(name) for name in configured))

    def _defining(self, target: str) -> frozenset[str]:
        """The file that defines a dotted name that a configuration makes; none where it is another's, or unclear."""
        parts = target.split(".")
        for length in range(len(parts) - 1, 0, -1):
            found = self._by_name.get(".".join(parts[:length]))
            if found:
                return frozenset({found[0].file}) if len(found) == 1 and parts[0] not in _LIBRARIES else _NONE
        return _NONE

    def imports_of(self, module: Module) -> set[str]:
        """The names in a module that are imported from other files of the project."""
        found, used = set(), set()
        for one in module.imports:
            target = self._target(module, one.target)
            if target is not None:
                found.add(one.alias)
                used.add(target[0].file)
                before = self._imported.get((module.file, one.alias), ()) if one.alias == "*" else ()
                self._imported[module.file, one.alias] = (*before, (target[0].file, target[1]))
        if self._configured and any(call.api in MAKE_CONFIGURED for call in module.calls):
            used |= self._configured - {module.file}
        self._used[module.file] = frozenset(used)
        return found

    def names(self, module: Module) -> Names:
        """The names of a module, with those of the project's other files known."""
        found = self._names.get(module.file)
        if found is None:
            found = self._names[module.file] = Names(module, _Elsewhere(self, module))
        return found

    def forget_names(self) -> None:
        """Let go of the names, which ask the linker: else all modules wait in this circle for the garbage collector."""
        self._names.clear()

    def assigned(self, module: Module) -> tuple[tuple[Assign, str], ...]:
        """Assignments to members, with their resolved names."""
        names = self.names(module)
        return tuple(
            (one, names.resolve(one.name.removesuffix("[]"), one.scope, one.after))
            for one in module.assigns
            if "." in one.name or one.name.endswith("[]")
        )

    def tasks(self, module: Module) -> list[tuple[int, str]]:
        """Numbers of calls that hand a function to worker processes, with its resolved name."""
        found = []
        calls = self._names[module.file].resolved_calls() if module.file in self._names else module.calls
        for call in calls:
            given = call.argument(0, "target")
            if given is not None and given.kind == NAME and hands_over(call.api):
                found.append((call.index, self.names(module).resolve(given.data, call.scope, call.index)))
        return found

    def links(self, assigned: dict[str, tuple[tuple[Assign, str], ...]], tasks: dict[tuple[str, int], str]) -> Links:
        """What was found out; the modules with the names of their calls as they are known now."""
        linked = tuple(
            replace(m, calls=self._names[m.file].resolved_calls()) if m.file in self._names else m
            for m in self._modules
        )
        return Links(
            modules=linked,
            bindings={
                m.file: self._names[m.file].bindings if m.file in self._names else Bindings(m)
                for m in linked
                if _asks_values(m)
            },
            used={m.file: self._used.get(m.file, _NONE) for m in linked},
            own_names=frozenset(name.partition(".")[0] for name in self._by_name),
            assigned=assigned,
            tasks=tasks,
            _users=_reversed(self._used),
            _by_file={m.file: m for m in linked},
            _scopes=self._defined,
            _imported=self._imported,
        )

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
                if length == 1 and self._is_shadowed(target, chosen, module):
                    return None
                if chosen is not module:
                    return chosen, ".".join(parts[length:])
        return None

    def _is_shadowed(self, target: str, own: Module, module: Module) -> bool:
        """Whether an import means the standard library, though a file of the project has the same name.

        ``import random`` is that file only for a script beside it: within a package, and for files elsewhere, the
        folder of that file is not where Python looks.
        """
        folder = module.file.rpartition("/")[0]
        beside = own.file.rpartition("/")[0] == folder and f"{folder}/__init__.py".lstrip("/") not in self._by_file
        return target.partition(".")[0] in sys.stdlib_module_names and not beside

    def _nearest(self, candidates: list[Module], module: Module) -> Module:
        """Of several files of one name, the one with the longest path in common."""
        if len(candidates) == 1:
            return candidates[0]
        folders = module.file.split("/")[:-1]

        def common(other: Module) -> tuple[int, int]:
            others = other.file.split("/")[:-1]
            shared = next((i for i, (a, b) in enumerate(zip(folders, others, strict=False)) if a != b), len(folders))
            return (-shared, len(others))

        return min(candidates, key=common)

    def imported(self, target: str, module: Module, depth: int = 0) -> str:
        """What an imported name means, under the name that the file which defines it uses."""
        found = self._target(module, target)
        if found is None or depth > _FURTHEST:
            return target
        owner, rest = found
        if not rest:
            return target
        head, _dot, more = rest.partition(".")
        index = self._defined[owner.file].get(head)
        if index is not None:
            return self.member(f"@{owner.file}:{head}", more, depth) if more else f"@{owner.file}:{head}"
        api = self._ask(owner, rest, lambda: self.names(owner).at_the_end(rest))
        if "." not in api and any(one.alias == head == one.target for one in owner.imports):
            return api  # a library that the file imports itself: `from helpers import *` brings its mlflow
        return _qualified(api, owner, target)

    def starred(self, target: str, name: str, module: Module) -> str | None:
        """What a name is that ``from target import *`` brings, empty for none; None for modules of others."""
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
        index = self._defined[owner.file].get(name)
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

    def __init__(self, linker: Linker, module: Module) -> None:
        self._linker = linker
        self._module = module

    def imported(self, target: str) -> str:
        return self._linker.imported(target, self._module)

    def member(self, of: str, rest: str) -> str:
        return self._linker.member(of, rest)

    def returned(self, api: str) -> str:
        return self._linker.returned(api)

    def starred(self, module: str, name: str) -> str | None:
        return self._linker.starred(module, name, self._module)


def _qualified(api: str, owner: Module, otherwise: str) -> str:
    """A name of `owner` as another file writes it."""
    if api.startswith("@"):
        return api if ":" in api else f"@{owner.file}:{api[1:]}"
    return otherwise if api.startswith(".") or "." not in api else api
