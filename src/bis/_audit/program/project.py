"""A project as rules see it: its files linked, what each call traces, and the order in which calls run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bis._audit.files.dependencies import Dependencies
from bis._audit.files.project_documents import Documents
from bis._audit.program.ir import CALL, CONSTANT, FORMATTED, NAME, Assign, Call, Module, Value, With
from bis._audit.program.linking import Links
from bis._audit.rule_contract import place_of
from bis._audit.trackers.known_trackers import TRACKERS, canonical, kinds_of, kinds_of_assignment
from bis.model.project_audit import Fact, Place, Problem, TrackingCall

if TYPE_CHECKING:
    from collections.abc import Iterator


_ASSIGNED_TO = frozenset(root for tracker in TRACKERS if tracker.assigned for root in tracker.roots)
_NONE: frozenset[str] = frozenset()
_DEEPEST = 8  # calls within calls that are followed
_ALTERS = frozenset({"update", "pop", "popitem", "setdefault", "clear", "__setitem__"})  # methods of dictionaries
_LONGEST = 20_000  # steps of one trace


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run through the code: a call, or (`call` is None) the end of a ``with`` block's body."""

    module: Module
    call: Call | None
    closes: With | None = None
    depth: int = 0


class Literal(NamedTuple):
    """A text literal: the call that it is given to or None, and the keyword, or the name that it is assigned to."""

    text: str
    value: Value
    call: Call | None
    name: str


@dataclass(slots=True)
class Project:
    """All that rules and facts are told from.

    `files` are the names of own files other than code, `texts` those that are read by name, `facts` what was stated
    already.
    """

    name: str
    modules: list[Module]
    dependencies: Dependencies
    documents: Documents
    files: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    links: Links = field(init=False)
    seeded: dict[tuple[int, tuple[str, ...]], bool] = field(init=False, default_factory=dict)  # what `order` found out
    _direct: dict[int, dict[int, tuple[str, tuple[str, ...]]]] = field(init=False, default_factory=dict)
    _through: dict[tuple[int, int], frozenset[tuple[str, str]]] = field(init=False, default_factory=dict)
    _literals: dict[int, tuple[Literal, ...]] = field(init=False, default_factory=dict)
    _altered: dict[int, dict[str, list[Assign]]] = field(init=False, default_factory=dict)
    _by_scope: dict[int, dict[int, list[Call]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Link the files."""
        self.links = Links(self.modules)
        self.links.link(self.modules)
        for module in self.modules:
            self._direct[id(module)] = _tracking(module)

    @property
    def roots(self) -> frozenset[str]:
        """First parts of all imports of all files."""
        return frozenset().union(*(m.roots for m in self.modules)) if self.modules else frozenset()

    @property
    def programs(self) -> list[Module]:
        """The files that test no others: what a test logs, draws and trains is no experiment."""
        return [module for module in self.modules if not module.is_test]

    def direct(self, module: Module, call: Call, tracker: str = "mlflow") -> tuple[str, ...]:
        """The kinds of things that a call traces itself."""
        known = self._direct[id(module)].get(call.index)
        return known[1] if known is not None and known[0] == tracker else ()

    def ever(self, kind: str, tracker: str = "mlflow") -> bool:
        """Whether any call of the project traces this kind of thing."""
        return any(name == tracker and kind in kinds for one in self._direct.values() for name, kinds in one.values())

    def kinds(self, module: Module, call: Call, tracker: str = "mlflow") -> frozenset[str]:
        """The kinds of things that a call traces, itself or through a function of the project that it calls."""
        direct = self.direct(module, call, tracker)
        if direct:
            return frozenset(direct)
        if not call.api.startswith("@"):
            return _NONE
        return frozenset(kind for name, kind in self.reached(module, call) if name == tracker)

    def reached(self, module: Module, call: Call) -> frozenset[tuple[str, str]]:
        """(tracker, kind) of what an own function that is called traces in its own body."""
        found = self.links.function(call.api, module)
        if found is None:
            return frozenset()
        owner, scope = found
        key = (id(owner), scope)
        if key not in self._through:
            direct = self._direct[id(owner)]
            self._through[key] = frozenset(
                (direct[c.index][0], kind)
                for c in self.calls_in(owner, scope)
                if c.index in direct
                for kind in direct[c.index][1]
            )
        return self._through[key]

    def tracking(self) -> Iterator[TrackingCall]:
        """All calls that trace something, those of the project's own wrappers after the wrapped."""
        for module in self.modules:
            for index, (tracker, kinds) in self._direct[id(module)].items():
                call = module.calls[index]
                for kind in kinds:
                    yield TrackingCall(place_of(module, call), canonical(call.api), kind, tracker)
            yield from self._assigned(module)
        for module in self.modules:
            direct = self._direct[id(module)]
            for call in module.calls:
                if call.api.startswith("@") and call.index not in direct:
                    for tracker, kind in sorted(self.reached(module, call)):
                        api = self._wrapped(module, call, tracker, kind)
                        yield TrackingCall(place_of(module, call), api, kind, tracker, call.path)

    def _assigned(self, module: Module) -> Iterator[TrackingCall]:
        """What is traced by an assignment: ``wandb.config.lr = 0.1``, ``run["lr"] = 0.1``."""
        if not module.roots & _ASSIGNED_TO:
            return
        names = self.links.names(module)
        for assign in module.assigns:
            if "." not in assign.name and not assign.name.endswith("[]"):
                continue
            api = names.resolve(assign.name.removesuffix("[]"), assign.scope, assign.after)
            known = kinds_of_assignment(api)
            for kind in known[1] if known is not None else ():
                place = Place(module.file, assign.cell, assign.line, assign.column)
                yield TrackingCall(place, api, kind, known[0] if known is not None else "")

    def _wrapped(self, module: Module, call: Call, tracker: str, kind: str) -> str:
        found = self.links.function(call.api, module)
        assert found is not None
        owner, scope = found
        return next(canonical(c.api) for c in self.calls_in(owner, scope) if kind in self.direct(owner, c, tracker))

    def calls_in(self, module: Module, scope: int) -> list[Call]:
        """The calls of one function's own body, in order."""
        by_scope = self._by_scope.get(id(module))
        if by_scope is None:
            by_scope = self._by_scope[id(module)] = {}
            for call in module.calls:
                by_scope.setdefault(call.scope, []).append(call)
        return by_scope.get(scope, [])

    def literals(self, module: Module) -> tuple[Literal, ...]:
        """All text literals of a file that reach a call or a name."""
        found = self._literals.get(id(module))
        if found is None:
            found = self._literals[id(module)] = tuple(text_literals(module))
        return found

    def stored_in(self, module: Module, name: str) -> list[tuple[str, Value]]:
        """What is stored in a variable by its keys, ``name["key"] = value``; of other keys the text is empty."""
        return [(one.key, one.value) for one in self._stores(module).get(name, ())]

    def is_altered(self, module: Module, name: str) -> bool:
        """Whether a dictionary is altered after it was written: ``d["a"] = 1``, ``d.update(...)``."""
        return name in self._stores(module)

    def updates_of(self, module: Module, name: str) -> list[Call]:
        """The calls that add to a dictionary: ``params.update(...)``."""
        if not self.is_altered(module, name):
            return []
        return [call for call in module.calls if call.owner == name and call.method in {"update", "setdefault"}]

    def _stores(self, module: Module) -> dict[str, list[Assign]]:
        found = self._altered.get(id(module))
        if found is None:
            found = self._altered[id(module)] = {}
            for assign in module.assigns:
                if assign.name.endswith("[]"):
                    found.setdefault(assign.name.removesuffix("[]"), []).append(assign)
            for call in module.calls:
                if call.method in _ALTERS and call.owner:
                    found.setdefault(call.owner, [])
        return found

    def value_of(self, module: Module, value: Value | None, scope: int, at: int) -> Value | None:
        """An expression with a plain name replaced by what was last assigned to it, as far as that is seen."""
        names = self.links.names(module)
        for _step in range(5):
            if value is None or value.kind != NAME or "." in value.data:
                break
            assigned = names.value_of(value.data, scope, at)
            if assigned is None or assigned is value:
                break
            value = assigned
        return value

    def constant_of(self, module: Module, value: Value | None, scope: int, at: int) -> object:
        """The constant that an expression is known to be; None where it is not."""
        found = self.value_of(module, value, scope, at)
        return found.data if found is not None and found.kind == CONSTANT else None

    # The order in which calls run

    def traces(self, module: Module) -> list[list[Step]]:
        """Runs through a file: from its top, and from each function that this does not reach.

        A notebook's cells run in the order of the document.
        """
        reached: set[tuple[int, int]] = set()
        found = [self._trace(module, 0, reached, None)]
        # Only functions that nobody in the file calls begin a run of their own; a class's methods are taken together.
        for index, scope in enumerate(module.scopes):
            if scope.kind == "function" and (id(module), index) not in reached and scope.first < scope.last:
                found.append(self._trace(module, index, reached, None))
        return [trace for trace in found if trace]

    def saved_trace(self, module: Module) -> list[Step] | None:
        """A notebook in the order of its saved execution counts; None where that is the document's order."""
        counted = [c for c in module.cells if c.count is not None]
        order = [c.index for c in sorted(counted, key=lambda c: c.count or 0)]
        if not module.is_notebook or order == [c.index for c in counted]:
            return None
        return self._trace(module, 0, set(), order)

    def _trace(self, module: Module, scope: int, reached: set[tuple[int, int]], cells: list[int] | None) -> list[Step]:
        steps: list[Step] = []
        calls = self.calls_in(module, scope)
        if cells is not None:
            rank = {cell: position for position, cell in enumerate(cells)}
            calls = sorted((c for c in calls if c.cell in rank), key=lambda c: rank[c.cell])
        reached.add((id(module), scope))
        self._walk(module, calls, steps, reached, {(id(module), scope)}, 0)
        return steps

    def _walk(
        self,
        module: Module,
        calls: list[Call],
        steps: list[Step],
        reached: set[tuple[int, int]],
        active: set[tuple[int, int]],
        depth: int,
    ) -> None:
        opened: tuple[int, ...] = ()
        for call in calls:
            if len(steps) > _LONGEST:
                return
            left = [module.withs[i] for i in reversed(opened) if i not in call.withs]
            steps += [Step(module, None, one, depth) for one in left if one.call != call.index]
            opened = call.withs
            found = self.links.function(call.api, module) if call.api.startswith("@") else None
            if found is not None and depth < _DEEPEST:
                owner, scope = found
                key = (id(owner), scope)
                reached.add(key)
                if key not in active:
                    inner = self.calls_in(owner, scope)
                    self._walk(owner, inner, steps, reached, active | {key}, depth + 1)
            steps.append(Step(module, call, None, depth))
        steps += [Step(module, None, module.withs[i], depth) for i in reversed(opened)]


def _tracking(module: Module) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Calls of a file that trace something: index -> tracker and kinds."""
    found = {}
    for call in module.calls:
        known = kinds_of(call)
        if known is not None:
            found[call.index] = known
    return found


def text_literals(module: Module) -> Iterator[Literal]:
    """All text literals of a file that reach a call or a name, or are a parameter's default."""
    for call in module.calls:
        for given in call.args:
            yield from (Literal(one.data, one, call, "") for one in _texts(given))
        for keyword, given in call.keywords.items():
            yield from (Literal(one.data, one, call, keyword) for one in _texts(given))
    for assign in module.assigns:
        yield from (Literal(one.data, one, None, assign.name) for one in _texts(assign.value))
    for scope in module.scopes:
        for name, value in scope.defaults.items():
            yield from (Literal(one.data, one, None, name) for one in _texts(value))


def _texts(value: Value) -> list[Value]:
    if value.kind == CONSTANT:
        return [value] if type(value.data) is str else []
    found = [value] if value.kind == FORMATTED else []
    for item in value.items:
        if item.kind not in (CALL, NAME):
            found += _texts(item)
    return found
