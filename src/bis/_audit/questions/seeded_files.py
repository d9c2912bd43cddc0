"""Which libraries' global generators are seeded for a file: by itself, by a file next to it, or by what uses it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bis._audit.parsing.bindings import Bindings
from bis._audit.parsing.ir import NAME
from bis._audit.questions import ml_calls
from bis._audit.questions.call_index import is_of_project
from bis._audit.questions.command_line_options import is_none_by_default, options_given
from bis._audit.questions.function_callers import calls_by_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis._audit.parsing.ir import Call, Module, Value
    from bis._audit.program.linking import Links
    from bis._audit.questions.call_index import CallIndex

_NONE: frozenset[str] = frozenset()


def seeded_files(
    links: Links, index: CallIndex, texts: Mapping[str, str] | None = None
) -> tuple[Mapping[str, frozenset[str]], Mapping[str, tuple[Call, ...]]]:
    """First parts of the libraries that are seeded for each file, and the calls of each file that seed.

    A program that imports a model, and calls a function of a third file that seeds, seeds the model's draws. Nothing is
    seeded with the time, nor with an option of the command line that is None unless it is given.

    Parameters
    ----------
    links : Links
    index : CallIndex
        The calls of the same modules.
    texts : mapping of str to str, optional
        The project's files that are read by name.
    """
    may = ml_calls.may_seed
    calls_that_seed = {m.file: [call for call in index.where(m, may) if ml_calls.seeds(call)] for m in links.modules}
    seeds = _Seeds(links, texts or {})
    seeding = {
        m.file: tuple([call for call in calls_that_seed[m.file] if not (_is_the_time(m, call) or seeds.lacks(m, call))])
        for m in links.modules
    }
    own = {file: frozenset(name for c in calls for name in ml_calls.seeds(c)) for file, calls in seeding.items()}
    reached = {m.file: own[m.file] | _in_called(links, m, index, seeding) for m in links.modules}
    seeded = dict(own)
    for file, used in links.used.items():  # one file next to another, whichever of the two imports
        for other in used:
            seeded[other] |= own[file]
            seeded[file] |= own[other]
    for file, above in _from_users(links, reached).items():
        seeded[file] |= above
    return seeded, seeding


def _is_the_time(module: Module, call: Call) -> bool:
    """Whether a generator is seeded with the time: ``np.random.seed(int(time.time()))``."""
    return bool(call.args) and ml_calls.chance_in(module, call.args[0]) == "time"


class _Seeds:
    """What calls that seed are given, as far as names are followed to the command line, also through callers."""

    def __init__(self, links: Links, texts: Mapping[str, str]) -> None:
        self._links = links
        self._texts = texts
        self._bindings = dict(links.bindings)  # of files that ask for no values, there are none yet

    def lacks(self, module: Module, call: Call) -> bool:
        """Whether a call that seeds is given None unless the command line says otherwise.

        Lightning takes 0 or another number then.
        """
        given = next((call.keywords[name] for name in ("seed", "a") if name in call.keywords), None)
        given = call.args[0] if call.args else given
        return given is not None and call.method != "seed_everything" and self._is_none(module, given, call, 0)

    def _is_none(self, module: Module, given: Value, call: Call, depth: int) -> bool:
        if given.kind == NAME and "." not in given.data:
            if module.file not in self._bindings:
                self._bindings[module.file] = Bindings(module)
            known = self._bindings[module.file].value_of(given.data, call.scope, call.index)
            if known is None and depth < _MOST_CALLERS:
                return self._is_none_for_callers(module, given.data, call.scope, depth)
            given = known or given
        return given.is_none or (is_none_by_default(self._texts, module, given) and not self._is_given(given))

    def _is_given(self, option: Value) -> bool:
        """Whether a command of the project gives an option that is ``args.seed`` or ``args["seed"]``."""
        name = option.data.rpartition(".")[2] if option.kind == NAME else str(option.items[1].data)
        return name in self._options

    @cached_property
    def _options(self) -> frozenset[str]:
        return options_given(self._links.modules, self._texts)

    @cached_property
    def _callers(self) -> dict[tuple[str, int], list[tuple[Module, Call]]]:
        return calls_by_function(self._links, self._links.modules)

    def _is_none_for_callers(self, module: Module, name: str, scope: int, depth: int) -> bool:
        """Whether all calls of a function give None for a parameter; not where there are none."""
        one = module.scopes[scope]
        if one.kind != "function" or name not in one.parameters:
            return False
        position = one.parameters.index(name) - (module.scopes[one.parent].kind == "class")
        calls = self._callers.get((module.file, scope), [])
        for other, call in calls:
            given = call.argument(position, name)
            if given is None or not self._is_none(other, given, call, depth + 1):
                return False
        return bool(calls)


_MOST_CALLERS = 3  # functions that hand a seed on


def _in_called(
    links: Links,
    module: Module,
    index: CallIndex,
    seeding: Mapping[str, tuple[Call, ...]],
) -> frozenset[str]:
    """What the functions of the project seed that a file calls."""
    found: set[str] = set()
    for call in index.where(module, is_of_project) if any(seeding.values()) else ():
        target = links.function(call.api, module)
        if target is not None:
            found.update(
                name for inner in seeding[target[0].file] if inner.scope == target[1] for name in ml_calls.seeds(inner)
            )
    return frozenset(found)


def _from_users(links: Links, reached: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """For each file, what those seed that import from it, directly or through others."""
    found: dict[str, frozenset[str]] = dict.fromkeys(links.used, _NONE)
    pending = [file for file, libraries in reached.items() if libraries]
    while pending:
        file = pending.pop()
        given = reached[file] | found[file]
        for used in links.used[file]:
            if not given <= found[used]:
                found[used] |= given
                pending.append(used)
    return found
