"""What bis keeps on a machine outside of any project, and what was removed of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class KeptKind(str, Enum):
    """What it is, under which word commands take it."""

    ENVIRONMENT = "environment"  # rebuilt for replays
    SESSION = "session"  # what was recorded of a program, before and for a week after it is stored
    SOURCE = "source"  # what replays are given: archives, standard input, probes, trials, data that was sent here
    ARTIFACTS = "artifacts"  # of a run in a store that takes none without a server
    WORKSPACE = "workspace"  # of a replay with --keep
    DIGESTS = "digests"  # of large files
    AUDITS = "audits"  # results of earlier audits
    EXPLANATION = "explanation"  # the replays of an explanation, which goes on where it was interrupted
    BISECTION = "bisection"  # the same of the bisections of a run


class KeptState(str, Enum):
    """Whether it can be removed."""

    FREE = "free"
    IN_USE = "in-use"  # a process is recording, storing, building or replaying with it
    WAITING = "waiting"  # the only copy of a recorded session, which is not in MLflow yet
    ONLY_HERE = "only-here"  # the only copy of the evidence of a run, which MLflow does not take


@dataclass(frozen=True, slots=True)
class KeptThing:
    """One thing that is kept.

    `size_bytes` is what its files hold, `shared_bytes` the part of it that other folders hold too (hard links, as uv
    makes them into its own cache): removing it frees the difference. Times are None where they are not known. `about`
    is the program of a session.
    """

    kind: KeptKind
    name: str
    size_bytes: int
    shared_bytes: int = 0
    made_unix_s: float | None = None
    used_unix_s: float | None = None
    state: KeptState = KeptState.FREE
    about: str = ""


@dataclass(frozen=True, slots=True)
class CacheRemoval:
    """What became of one thing that was to be removed.

    `problem` is why it was left: ``in-use``, ``waiting``, ``only-here``, or ``failed`` with the system's `message`.
    """

    thing: KeptThing
    removed: bool
    problem: str = ""
    message: str = ""
