"""Which libraries' global generators are seeded for a file: by itself, by a file next to it, or by what uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._audit.questions import ml_calls
from bis._audit.questions.call_index import is_of_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.program.linking import Links
    from bis._audit.questions.call_index import CallIndex

_NONE: frozenset[str] = frozenset()


def seeded_files(links: Links, index: CallIndex) -> tuple[Mapping[str, frozenset[str]], Mapping[str, tuple[Call, ...]]]:
    """First parts of the libraries that are seeded for each file, and the calls of each file that seed.

    A program that imports a model, and calls a function of a third file that seeds, seeds the model's draws.

    Parameters
    ----------
    links : Links
    index : CallIndex
        The calls of the same modules.
    """
    may = ml_calls.may_seed
    seeding = {
        m.file: tuple([call for call in index.where(m, may) if ml_calls.seeds(call) and not _is_the_time(m, call)])
        for m in links.modules
    }
    own = {file: frozenset(name for c in calls for name in ml_calls.seeds(c)) for file, calls in seeding.items()}
    reached = {m.file: own[m.file] | _in_called(links, m, index, own) for m in links.modules}
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


def _in_called(
    links: Links,
    module: Module,
    index: CallIndex,
    own: Mapping[str, frozenset[str]],
) -> frozenset[str]:
    """What the functions of the project seed that a file calls."""
    found: set[str] = set()
    for call in index.where(module, is_of_project) if any(own.values()) else ():
        target = links.function(call.api, module)
        if target is not None and own[target[0].file]:
            found.update(name for inner in index.in_scope(*target) for name in ml_calls.seeds(inner))
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
