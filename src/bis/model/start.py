"""How the program of a replay is started: in a process of its own, or in a fork of one that has only imported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Start(str, Enum):
    """How a replay is started."""

    COLD = "cold"  # an interpreter is started, and imports
    WARM = "warm"  # a fork of a warm parent, which has imported


class ColdReason(str, Enum):
    """Why a replay was started cold although a warm start was allowed.

    The reasons that the parent gives about itself (``threads``, ``library``, …) are among them.
    """

    HOOKS = "hooks"  # a hook of the recorder failed at import
    DRAWS = "draws"  # an import has drawn from what depends on the roots of roles
    OWN_MODULES = "own-modules"  # an import has loaded modules of the program itself
    TEMPORARY_FILES = "temporary-files"  # an import has left files in the folder of temporary files
    THREADS = "threads"  # an import has started threads, which a fork would lose
    GPU = "gpu"  # an import has opened an accelerator
    PRINTS = "prints"  # an import prints to stdout
    VARIABLES = "variables"  # the program sets variables that libraries read as they are imported
    LIBRARY = "library"  # a library that cannot be forked (JAX)
    NOTEBOOK = "notebook"  # the sockets of its kernel would be outside of the folder of the replay
    PLATFORM = "platform"  # no safe fork there
    ELSEWHERE = "elsewhere"  # a worker on another machine
    KEPT = "kept"  # each workspace that is kept has a folder of its own
    PASSIVE = "passive"  # entropy is not served, so that imports draw something else each time
    HASH_SEED = "hash-seed"  # it is not fixed
    FOREIGN = "foreign"  # the run was recorded by someone else: what one replay leaves in memory would reach the next
    FAILED = "failed"  # the parent could not be started, or has not answered
    LOST = "lost"  # the parent was ended from outside
    DIFFERS = "differs"  # a warm replay was not the same as a cold one, and two cold ones are
    NOT_DETERMINISTIC = "not-deterministic"  # two cold replays differ: a warm one cannot be checked


@dataclass(frozen=True, slots=True)
class Preload:
    """What a warm parent does before its forks.

    Parameters
    ----------
    modules : tuple of str
        What to import, in this order: names from installed packages, as a cold replay has loaded them.
    variables : tuple of str
        Environment variables that decide over results at import, and that the program, or what it imports, has set
        itself. Those that imports set are as in a cold replay; of any other it is not known when it was set.
    """

    modules: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
