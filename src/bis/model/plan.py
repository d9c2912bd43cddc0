"""What a replay is going to do, before it does it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bis.model.facets import EntryKind, FileDigest, GeneratorState
from bis.model.verdict import Deviation, ReplayKind


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that the record lacks, and what the plan does without it."""

    what: str
    consequence: str


@dataclass(frozen=True, slots=True)
class DataPlacement:
    """An input file: where it is found now (absolute), and where the program will look for it.

    `target` is relative to the workspace, or None where the file is read at its absolute place. `kept` says that the
    program changed the file, and that its content comes from what was kept of it; it is found nowhere then.
    """

    file: FileDigest
    found: str | None
    target: str | None
    problem: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class PackageChange:
    """A package (or ``python``) that is not here as it was recorded; an empty version means that it is absent."""

    name: str
    recorded: str
    here: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """What has to be fetched to build an environment: packages that are not in uv's cache, as they are packed.

    `packages` and `size_bytes` are None where that is not known; `problem` then says why. `unsized` counts the packages
    among them whose size no index says.
    """

    packages: int | None = None
    size_bytes: int | None = None
    unsized: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The environment that is built for a replay.

    `packages` is how many it has, `folder` where it stays (empty: no interpreter for it is here), `built` whether it is
    there already.
    """

    changes: tuple[PackageChange, ...] = ()
    packages: int = 0
    folder: str = ""
    built: bool = False
    fetch: Fetch = Fetch()


@dataclass(frozen=True, slots=True)
class Plan:
    """A replay, spelled out. A pure function of the record, the options and what this machine has.

    `parameters` are the recorded values of a notebook's parameters, `overrides` those that are set for this replay.
    `refused_stores` has why MLflow refused the stores of a scheme in the original (``*``: all of
    them; empty: the one that it did not choose itself).
    `later` are absolute paths of files that the program changed: what is there now is a later state, which no replay
    may take for the recorded one.
    `variables` are given to the program; those in `unset` are taken from it: it asked for them, and they were not set.
    `stdin` is the digest of what the program is given as standard input, empty where it is nothing.
    `stderr_in_stdout` has the program write both streams to one pipe, as the original did.
    """

    run_id: str
    kind: ReplayKind
    entry: EntryKind
    target: str
    argv: tuple[str, ...]
    interpreter_options: tuple[str, ...]
    cwd: str
    source: str  # snapshot | commit
    environment: str  # current | rebuild
    hash_seed: str | None
    root: str | None
    original_scheme: str
    variables: dict[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    stdin: str = ""
    states: tuple[GeneratorState, ...] = ()
    data: tuple[DataPlacement, ...] = ()
    skipped_cells: tuple[tuple[int, str], ...] = ()
    overrides: dict[str, str] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()
    missing: tuple[Missing, ...] = ()
    timeout_s: float | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    later: tuple[str, ...] = ()
    refused_stores: dict[str, str] = field(default_factory=dict)
    rebuild: Rebuild | None = None  # where `environment` is "rebuild", once that was looked at
    stderr_in_stdout: bool = False
