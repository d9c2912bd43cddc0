"""What became of a project that was tried: did it run, and again; and where it stopped, what that would take."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bis.model.verdict import Deviation

FORMAT = "bis.try"
VERSION = 1


class FunnelPlace(str, Enum):
    """How far a project came; each ends in exactly one place.

    The first categories are those of Samuel and Mietchen (2024), who ran the notebooks of published articles.
    """

    NOT_TRIED = "not tried"  # bis, or the machine, could not try it: it counts for nothing
    NOT_CLONED = "not cloned"
    NO_ENTRY_POINT = "no entry point"
    NO_DEPENDENCIES = "no dependencies found"
    UNRESOLVABLE = "unresolvable"
    NOT_INSTALLABLE = "not installable"
    NEEDS = "needs what is not there"
    EXCEPTION = "exception"
    TIMEOUT = "time-out"
    RAN_UNTRACKED = "ran untracked"
    RAN_TRACKED = "ran tracked"

    @property
    def ran(self) -> bool:
        """Whether the program ran to its end."""
        return self in {FunnelPlace.RAN_UNTRACKED, FunnelPlace.RAN_TRACKED}


class Need(str, Enum):
    """What a program needs that is not there."""

    NETWORK = "network"
    DATA = "data"
    GPU = "gpu"
    SERVICE = "service"
    SECRET = "secret"  # noqa: S105 (a word, not one)
    INPUT = "input"  # arguments, variables, or somebody who types
    PROGRAM = "program"  # another program, such as Java or Docker
    ELSEWHERE = "elsewhere"  # to write outside of its folder, which it may not
    RESOURCES = "resources"  # more memory, disk or processes than the limits allow


class CandidateKind(str, Enum):
    """Where it says that something can be run, in the order in which it is believed."""

    GIVEN = "given"
    MLPROJECT = "mlproject"
    DOCUMENT = "document"
    SCRIPT = "script"
    NOTEBOOK = "notebook"
    MAIN = "main"


class CandidateReason(str, Enum):
    """Why something is a candidate, or why it comes later than others of its kind."""

    ASKED_FOR = "asked-for"
    ENTRY_POINT = "entry-point"
    COMMAND = "command"
    INSTALLED_COMMAND = "installed-command"
    NOTEBOOK = "notebook"
    MAIN_GUARD = "main-guard"
    NAMED_FOR_IT = "named-for-it"
    TRACKS = "tracks"
    SERVES = "serves"  # it starts a server, and would not end
    LESSER_NAME = "lesser-name"  # it tests, predicts, or is a tool
    EXPLORES = "explores"  # a notebook among those of research
    LACKS_VALUE = "lacks-value"  # a parameter has no default


class DependencySource(str, Enum):
    """Where it is known from what a project needs."""

    DECLARED = "declared"
    IMPORTED = "imported"
    NONE = "none"  # nothing but the standard library is imported
    UNKNOWN = "unknown"


class EvidenceKind(str, Enum):
    """By what a place was found out: the text of an evidence is what that said, word for word."""

    GIT = "git"
    PROJECT = "project"  # its files
    UV = "uv"
    EXCEPTION = "exception"
    OUTPUT = "output"  # what the program printed
    OBSERVED = "observed"  # by the recorder
    CLOCK = "clock"
    BIS = "bis"


class MissingGuard(str, Enum):
    """What did not stand between the program and the machine, though one may expect it."""

    SANDBOX = "sandbox"  # it ran with the user's rights; Python's writes were confined, those of native code not
    NETWORK_OPEN = "network-open"
    MEMORY_LIMIT = "memory-limit"
    FILE_LIMIT = "file-limit"
    PROCESS_LIMIT = "process-limit"


@dataclass(frozen=True, slots=True)
class TryEvidence:
    """What was seen: `text` word for word (shortened, without secrets); `file` and `line` where it is in it.

    What bis itself saw has no text but its `kind`, a `name` and a `number`: of the clock the step (``resolve`` or
    ``run``) and its limit in seconds, of the project what it lacks (``program``, ``dependencies``) and how many files
    it has; of what is limited (``download``, ``memory``, ``disk`` in MiB, ``processes``) how much it was, and its
    `limit`; else ``signal`` or ``status`` and which, or ``python``: there is none that bis could record with.
    `cell` counts the cells of a notebook from 0, and `line` is then that within the cell. `name` is what it is about: a
    package, a file, a host, a variable, or a class of exception; empty where unknown.
    """

    kind: EvidenceKind
    text: str
    name: str = ""
    file: str = ""
    line: int = 0
    cell: int = -1
    number: float = 0.0
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be run.

    `target` is relative to `cwd`, which is relative to the project, or (`module` true) the name of a module.
    `file` and `line` are where it stands. With `function` it is an installed command: that function of the module is
    called, with `command` as the program's name.
    """

    kind: CandidateKind
    target: str
    argv: tuple[str, ...] = ()
    cwd: str = "."
    module: bool = False
    function: str = ""
    command: str = ""
    file: str = ""
    line: int = 0
    reasons: tuple[CandidateReason, ...] = ()


@dataclass(frozen=True, slots=True)
class TriedDependencies:
    """What was asked of the index: `requirements` in pip's words, from `files`; `left_out` was declared and not asked.

    `added` is what bis needs beside them (a kernel, for a notebook), `conda` names those that are declared for conda.
    """

    source: DependencySource
    files: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    conda: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriedEnvironment:
    """The environment: `lock` has each package as ``name==version``; `as_of_unix_s` None means today.

    `undated` counts files of indexes that did not say when they were uploaded, and so were not used.
    """

    python: str
    as_of_unix_s: float | None = None
    lock: tuple[str, ...] = ()
    name: str = ""
    undated: int = 0


@dataclass(frozen=True, slots=True)
class TriedReplays:
    """The verdict on the replays: `level` is that of `bis.model.verdict.Level`, empty where there are none.

    `reason` says why there are none, or too few, where that is so.
    """

    level: str = ""
    replays: int = 0
    failed: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PublishedOutputs:
    """A notebook's saved outputs beside those of the run: `level` of the verdict, and how many items counted."""

    level: str = ""
    compared: int = 0
    divergent: int = 0
    reason: str = ""

    @property
    def reproduced(self) -> bool | None:
        """Whether they were; None where nothing could be compared."""
        if not self.level or not self.compared:
            return None
        return self.level not in {"divergent", "not executable", "inconclusive"}


@dataclass(frozen=True, slots=True)
class TriedProject:
    """One project and its place in the funnel.

    `commit` is what was checked out, `committed_unix_s` its time. `need` is set for the place `NEEDS` alone. `chosen`
    is the candidate that was run. `sandbox` is what it ran in, a value of `bis.model.sandbox.SandboxKind`. `runs` is
    the number of MLflow runs that it created, `run_id` the one that has the evidence, in the store `tracking_uri` (a
    folder of the results). `seconds` says how long each step took, by name:
    ``clone``, ``resolve``, ``install``, ``run``, ``replay``. `options` is a digest of what was asked for.
    """

    project: str
    place: FunnelPlace
    format: str = FORMAT
    version: int = VERSION
    need: Need | None = None
    evidence: tuple[TryEvidence, ...] = ()
    url: str = ""
    commit: str = ""
    committed_unix_s: float | None = None
    candidates: tuple[Candidate, ...] = ()
    chosen: Candidate | None = None
    dependencies: TriedDependencies | None = None
    environment: TriedEnvironment | None = None
    deviations: tuple[Deviation, ...] = ()
    missing_guards: tuple[MissingGuard, ...] = ()
    sandbox: str = ""
    exit_code: int | None = None
    runs: int = 0
    metrics: int = 0
    run_id: str = ""
    tracking_uri: str = ""
    replays: TriedReplays = field(default_factory=TriedReplays)
    published: PublishedOutputs = field(default_factory=PublishedOutputs)
    seconds: dict[str, float] = field(default_factory=dict)
    disk_bytes: int = 0
    tried_unix_s: float = 0.0
    bis_version: str = ""


@dataclass(frozen=True, slots=True)
class FunnelCount:
    """How many projects are in a place; of those in `NEEDS`, `needs` counts by what they need."""

    place: FunnelPlace
    projects: int
    needs: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The projects of a corpus by place, in the order of the places; and what became of those that ran."""

    projects: int
    counts: tuple[FunnelCount, ...] = ()
    replays: dict[str, int] = field(default_factory=dict)
    reproduced: int = 0
    not_reproduced: int = 0


def funnel_of(tries: list[TriedProject]) -> Funnel:
    """Count projects by place."""
    counts = []
    for place in FunnelPlace:
        here = [one for one in tries if one.place is place]
        needs: dict[str, int] = {}
        for one in here:
            if one.need is not None:
                needs[one.need.value] = needs.get(one.need.value, 0) + 1
        counts.append(FunnelCount(place, len(here), dict(sorted(needs.items()))))
    levels: dict[str, int] = {}
    for one in tries:
        if one.replays.level:
            levels[one.replays.level] = levels.get(one.replays.level, 0) + 1
    answers = [one.published.reproduced for one in tries]
    return Funnel(len(tries), tuple(counts), levels, answers.count(True), answers.count(False))
