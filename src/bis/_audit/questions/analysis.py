"""What follows from a project's files, found out once: what each call traces, what is seeded, what trains, and values.

Rules and facts ask this. It is immutable, so that the order in which they ask makes no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bis._audit.frameworks.randomness import SEEDER_NAMES
from bis._audit.parsing.bindings import Bindings
from bis._audit.parsing.ir import CONSTANT, NAME, Call
from bis._audit.program.project import Project
from bis._audit.questions import ml_calls
from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.call_index import CallIndex, is_of_project
from bis._audit.questions.configured_loggers import LIGHTNINGS, logged_by_configuration
from bis._audit.questions.lightning_loggers import logged_through, saves_hyperparameters, uses_logger, without_logger
from bis._audit.questions.rest_logging import logged_by_rest
from bis._audit.questions.seeded_files import seeded_files
from bis._audit.questions.text_literals import Literal, text_literals
from bis._audit.questions.tracking_calls import kinds_of, may_trace, switches_off, trains_and_logs
from bis._audit.trackers import integrations
from bis._audit.trackers.known_trackers import canonical, kinds_of_assignment
from bis.model.project_audit import Fact, Place, Problem, TrackingCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bis._audit.parsing.ir import Module, Value

_NONE: frozenset[str] = frozenset()
_ALTERS = frozenset({"update", "pop", "popitem", "setdefault", "clear", "__setitem__"})  # methods of dictionaries

# By number of a call: the tracker, and the kinds of things that it traces.
Tracked = dict[int, tuple[str, tuple[str, ...]]]
Stores = dict[str, list[tuple[str, "Value"]]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """The answers about one project; see `analyse`.

    Parameters
    ----------
    project : Project
    facts : mapping of str to Fact
        Empty until they are stated, which is done by asking the rest.
    problems : tuple of Problem
        What could not be read.
    """

    project: Project
    facts: Mapping[str, Fact] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    _direct: Mapping[str, Tracked] = field(default_factory=dict, repr=False)
    _through: Mapping[tuple[str, int], frozenset[tuple[str, str]]] = field(default_factory=dict, repr=False)
    _apart: frozenset[str] = _NONE  # files of programs whose trainers have no logger of MLflow
    _through_apart: Mapping[tuple[str, int], frozenset[tuple[str, str]]] = field(default_factory=dict, repr=False)
    _index: CallIndex = field(default_factory=lambda: CallIndex(()), repr=False)
    _literals: Mapping[str, tuple[Literal, ...]] = field(default_factory=dict, repr=False)
    _stores: Mapping[str, Stores] = field(default_factory=dict, repr=False)
    _seeded: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    _seeding: Mapping[str, tuple[Call, ...]] = field(default_factory=dict, repr=False)
    _training: Mapping[str, tuple[Call, ...]] = field(default_factory=dict, repr=False)
    _near_training: frozenset[str] = _NONE
    _configured: tuple[TrackingCall, ...] = ()
    answers: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)  # see `asked_once`

    def with_facts(self, facts: Mapping[str, Fact]) -> Analysis:
        """The same with the facts that were stated from it."""
        return replace(self, facts=MappingProxyType(dict(facts)))

    # What calls trace

    def direct_kinds(self, module: Module, tracker: str = "") -> frozenset[str]:
        """The kinds of things that the calls of a file trace themselves; with any tracker where none is named."""
        every = self._direct[module.file].values()
        return frozenset(kind for name, kinds in every if tracker in {"", name} for kind in kinds)

    def traces_nothing(self, parts: Sequence[Module], start: Module) -> bool:
        """Whether the files of a program that starts with one of them trace nothing themselves.

        What modules of Lightning save there may be for no trainer that has a logger.
        """
        return not any(
            start.file not in self._apart or not saves_hyperparameters(part.calls[index])
            for part in parts
            for index in self._direct[part.file]
        )

    def may_trace(self, module: Module) -> list[Call]:
        """The calls of a file that trace something, or call the project's own functions, which may; in order."""
        direct = self._direct[module.file]
        own = self.calls_where(module, is_of_project)
        return [module.calls[index] for index in sorted({*direct, *(call.index for call in own)})]

    def direct(self, module: Module, call: Call, tracker: str = "mlflow") -> tuple[str, ...]:
        """The kinds of things that a call traces itself; with any tracker where none is named."""
        known = self._direct[module.file].get(call.index)
        return known[1] if known is not None and tracker in {"", known[0]} else ()

    def traced(self, module: Module, call: Call) -> tuple[str, ...]:
        """The kinds of things that a call traces itself, with any tracker."""
        known = self._direct[module.file].get(call.index)
        return known[1] if known is not None else ()

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
        """(tracker, kind) of what a function of the project that is called traces in its own body."""
        found = self.project.links.function(call.api, module)
        through = self._through_apart if module.file in self._apart else self._through
        return through.get((found[0].file, found[1]), frozenset()) if found is not None else frozenset()

    def tracking(self) -> Iterator[TrackingCall]:
        """All calls that trace something, those of the project's own wrappers after the wrapped."""
        for module in self.project.modules:
            for index, (tracker, kinds) in self._direct[module.file].items():
                call = module.calls[index]
                for kind in kinds:
                    yield TrackingCall(module.place_of(call), canonical(call.api), kind, tracker)
            yield from self._assigned(module)
        yield from self._configured
        for module in self.project.modules:
            direct = self._direct[module.file]
            for call in self.calls_where(module, is_of_project):
                if call.index not in direct:
                    for tracker, kind in sorted(self.reached(module, call)):
                        api = self._wrapped(module, call, tracker, kind)
                        yield TrackingCall(module.place_of(call), api, kind, tracker, call.path)

    def _assigned(self, module: Module) -> Iterator[TrackingCall]:
        """What is traced by an assignment: ``wandb.config.lr = 0.1``, ``run["lr"] = 0.1``."""
        for assign, api in self.project.links.assigned.get(module.file, ()):
            known = kinds_of_assignment(api)
            for kind in known[1] if known is not None else ():
                place = Place(module.file, assign.cell, assign.line, assign.column)
                yield TrackingCall(place, api, kind, known[0] if known is not None else "")

    def _wrapped(self, module: Module, call: Call, tracker: str, kind: str) -> str:
        found = self.project.links.function(call.api, module)
        assert found is not None
        return next(canonical(c.api) for c in self.calls_in(*found) if kind in self.direct(found[0], c, tracker))

    # What calls do

    def calls_where(self, module: Module, wanted: Callable[[str], object]) -> Sequence[Call]:
        """The calls of a file whose resolved names are wanted, in order; `wanted` is asked once for each name."""
        return self._index.where(module, wanted)

    def calls_in(self, module: Module, scope: int) -> tuple[Call, ...]:
        """The calls of one function's own body, in order."""
        return self._index.in_scope(module, scope)

    def training(self, module: Module) -> tuple[Call, ...]:
        """The calls of a file that train a model."""
        return self._training[module.file]

    def seeding(self, module: Module) -> tuple[Call, ...]:
        """The calls of a file that seed a generator."""
        return self._seeding[module.file]

    def is_seeded(self, module: Module, libraries: tuple[str, ...]) -> bool:
        """Whether a global generator is seeded in a file, in one that is connected with it, or by what uses it.

        Also where code of the file that could not be read may seed it.
        """
        return self.may_seed_unread(module) or not self._seeded[module.file].isdisjoint(libraries)

    def may_seed_unread(self, module: Module) -> bool:
        """Whether code of a file that could not be read names something that seeds a global generator."""
        return any(name in SEEDER_NAMES for name, _cell, _line in module.unread_calls)

    def is_part_of_training(self, module: Module) -> bool:
        """Whether a file, or one that it is connected with, trains a model: a draw in it is part of an experiment."""
        return not module.is_test and module.file in self._near_training

    def task(self, module: Module, call: Call) -> tuple[Module, int] | None:
        """The function of the project that a call hands to worker processes: its module and the index of its scope."""
        api = self.project.links.tasks.get((module.file, call.index), "")
        return self.project.links.function(api, module)

    # Values

    def literals(self, module: Module) -> tuple[Literal, ...]:
        """All text literals of a file that reach a call or a name."""
        known = self._literals.get(module.file)
        return known if known is not None else tuple(text_literals(module))

    def stored_in(self, module: Module, name: str) -> list[tuple[str, Value]]:
        """What is stored in a variable by its keys, ``name["key"] = value``; of other keys the text is empty."""
        return list(self._stores_of(module).get(name, ()))

    def is_altered(self, module: Module, name: str) -> bool:
        """Whether a dictionary is altered after it was written: ``d["a"] = 1``, ``d.update(...)``."""
        return name in self._stores_of(module)

    def _stores_of(self, module: Module) -> Stores:
        known = self._stores.get(module.file)
        return known if known is not None else _stores(module)

    def updates_of(self, module: Module, name: str) -> list[Call]:
        """The calls that add to a dictionary: ``params.update(...)``."""
        if not self.is_altered(module, name):
            return []
        return [call for call in self.alterations_of(module, name) if call.method in {"update", "setdefault"}]

    def alterations_of(self, module: Module, name: str) -> list[Call]:
        """The calls of methods that alter a dictionary: ``params.update(...)``, ``params.pop("a")``."""
        if not self.is_altered(module, name):
            return []
        return _alterations(self, module).get(name, [])

    def value_of(self, module: Module, value: Value | None, scope: int, at: int) -> Value | None:
        """An expression with a plain name replaced by what was last assigned to it, as far as that is seen."""
        bindings = self.project.links.bindings.get(module.file) or Bindings(module)
        for _step in range(5):
            if value is None or value.kind != NAME or "." in value.data:
                break
            assigned = bindings.value_of(value.data, scope, at)
            if assigned is None or assigned is value:
                break
            value = assigned
        return value

    def constant_of(self, module: Module, value: Value | None, scope: int, at: int) -> object:
        """The constant that an expression is known to be; None where it is not."""
        found = self.value_of(module, value, scope, at)
        return found.data if found is not None and found.kind == CONSTANT else None


@asked_once
def _alterations(_analysis: Analysis, module: Module) -> dict[str, list[Call]]:
    """The calls of methods that alter a dictionary, by its name."""
    found: dict[str, list[Call]] = {}
    for call in module.calls:
        if call.method in _ALTERS and call.owner:
            found.setdefault(call.owner, []).append(call)
    return found


def analyse(project: Project, problems: tuple[Problem, ...] = ()) -> Analysis:
    """Find out about a project all that rules and facts ask; the facts themselves are stated later.

    Parameters
    ----------
    project : Project
    problems : tuple of Problem, optional
        What could not be read.
    """
    modules, links = project.modules, project.links
    index = CallIndex(modules)
    by_configuration = logged_by_configuration(project)
    has_logger = uses_logger(modules) or any(call.api == LIGHTNINGS for call in by_configuration)
    apart = without_logger(project) if has_logger else _NONE
    direct = {m.file: _tracked(m, index, has_logger=has_logger and m.file not in apart) for m in modules}
    if integrations.TRAINING_ROOT in project.roots and _has_mlflow(project) and not any(map(switches_off, modules)):
        for module in modules:
            logging = {c.index for c in index.where(module, trains_and_logs)} - direct[module.file].keys()
            direct[module.file] |= dict.fromkeys(logging, ("mlflow", integrations.TRAINING_KINDS))
    seeded, seeding = seeded_files(links, index, project.texts)
    training = {m.file: tuple([c for c in index.where(m, ml_calls.may_train) if ml_calls.trains(c)]) for m in modules}
    near = {file for file, calls in training.items() if calls}
    near |= {used for file in tuple(near) for used in links.used[file]}
    for module in modules:  # also a model and a loop that only a third file brings together
        together = links.reached(module) if links.used[module.file] and not module.is_test else frozenset()
        if not near.isdisjoint(together):
            near |= together
    return Analysis(
        project,
        problems=problems,
        _direct=direct,
        _through=_through(direct, index.by_scope),
        _apart=apart,
        _through_apart=_through(_without_saved(modules, direct), index.by_scope) if apart else {},
        _index=index,
        _literals={
            module.file: tuple(text_literals(module)) for module in project.programs
        },  # of tests, few are asked for
        _stores={module.file: _stores(module) for module in modules if module.file in links.bindings},
        _seeded=seeded,
        _seeding=seeding,
        _training=training,
        _near_training=frozenset(near),
        _configured=by_configuration,
    )


def _has_mlflow(project: Project) -> bool:
    """Whether MLflow is installed where a project runs: it imports or declares it."""
    return "mlflow" in project.roots or any(one.name == "mlflow" for one in project.dependencies.declared)


def _tracked(module: Module, index: CallIndex, *, has_logger: bool) -> Tracked:
    """Calls of a file that trace something; where Lightning's logger is made, also what goes through that."""
    found = {call.index: known for call in index.where(module, may_trace) if (known := kinds_of(call)) is not None}
    found |= {number: ("mlflow", kinds) for number, kinds in logged_by_rest(module)}
    for call in module.calls if has_logger else ():
        if saves_hyperparameters(call):
            found[call.index] = ("mlflow", ("param",))
        elif call.index not in found and (kinds := logged_through(call)):
            found[call.index] = ("mlflow", kinds)
    return found


def _without_saved(modules: Sequence[Module], direct: Mapping[str, Tracked]) -> dict[str, Tracked]:
    """What calls trace, but for what modules of Lightning save: that goes to a trainer's logger."""
    return {
        one.file: {i: known for i, known in direct[one.file].items() if not saves_hyperparameters(one.calls[i])}
        for one in modules
    }


def _through(
    direct: Mapping[str, Tracked], by_scope: Mapping[str, Mapping[int, tuple[Call, ...]]]
) -> dict[tuple[str, int], frozenset[tuple[str, str]]]:
    """By file and scope, what the calls of a function's own body trace."""
    found = {}
    for file, tracked in direct.items():
        for scope, calls in by_scope[file].items() if tracked else ():
            known = [tracked[call.index] for call in calls if call.index in tracked]
            if known:
                found[file, scope] = frozenset((tracker, kind) for tracker, kinds in known for kind in kinds)
    return found


def _stores(module: Module) -> Stores:
    """By name of a variable that is altered, the keys and values that are stored in it."""
    found: Stores = {}
    for assign in module.assigns:
        if assign.name.endswith("[]"):
            found.setdefault(assign.name.removesuffix("[]"), []).append((assign.key, assign.value))
    for call in module.calls:
        if "." in call.path and call.method in _ALTERS and call.owner:
            found.setdefault(call.owner, [])
    return found
