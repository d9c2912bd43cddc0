"""The facets of provenance: what a run was made of.

Each facet says of itself whether it is recorded, partial (with the reasons) or missing; nothing is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bis.model.written_content import WrittenContent


class Status(str, Enum):
    """How much of a facet is known."""

    RECORDED = "recorded"
    PARTIAL = "partial"
    MISSING = "missing"


class EntryKind(str, Enum):
    """How the program was started."""

    SCRIPT = "script"
    MODULE = "module"
    NOTEBOOK = "notebook"
    INTERACTIVE = "interactive"
    UNKNOWN = "unknown"

    @property
    def takes_parameters(self) -> bool:
        """Whether values are set in a cell rather than given as arguments."""
        return self in {EntryKind.NOTEBOOK, EntryKind.INTERACTIVE}


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file and its content.

    `path` is relative to the project (POSIX separators), or absolute where the file lies outside of it. `digest` is
    BLAKE3 in hexadecimal, empty where the content could not be read. `size_bytes` is the size that was digested.
    """

    path: str
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The source archive of a run: a gzipped tar under the artifact path `artifact`, of BLAKE3 `digest`.

    `external` lists archive folders that were outside the project and were on ``sys.path``.
    """

    artifact: str
    digest: str
    size_bytes: int
    files: tuple[FileDigest, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    external: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A notebook cell as it was executed; `index` is its place in the order of execution, from 0.

    `position` is its place among all cells of the notebook file, from 0, where that is known.
    """

    index: int
    source: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Source, version control and the command of a run.

    `target` is a path relative to the project, or a module name. `argv` holds the arguments after the target;
    secret values are replaced by ``[redacted]``. `cwd` is relative to the project. `diff` is the uncommitted change as
    ``git diff HEAD`` prints it.
    """

    status: Status
    reasons: tuple[str, ...] = ()
    kind: EntryKind = EntryKind.UNKNOWN
    target: str = ""
    argv: tuple[str, ...] = ()
    interpreter_options: tuple[str, ...] = ()
    cwd: str = "."
    project: str = ""
    project_root: str = ""
    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    dirty: bool | None = None
    diff: str = ""
    untracked: tuple[str, ...] = ()
    snapshot: Snapshot | None = None
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was logged with ``log_param``; MLflow keeps values as strings."""

    status: Status
    reasons: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Package:
    """An installed distribution; `url` is its direct URL (PEP 610) without credentials."""

    name: str
    version: str
    url: str | None = None
    editable: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """Interpreter and distributions. The lock that rebuilds it is derived from this (see `bis.model.lock`)."""

    status: Status
    reasons: tuple[str, ...] = ()
    python: str = ""
    implementation: str = ""
    packages: tuple[Package, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadPool:
    """A native thread pool as threadpoolctl reports it."""

    api: str
    library: str
    version: str = ""
    threads: int = 0
    architecture: str = ""
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run took place, and what of it decides over bits."""

    status: Status
    reasons: tuple[str, ...] = ()
    system: str = ""
    architecture: str = ""
    libc: str = ""
    cpu_model: str = ""
    cpu_flags: tuple[str, ...] = ()
    cores: int = 0
    usable_cores: int = 0
    memory_bytes: int = 0
    gpus: tuple[str, ...] = ()
    gpu_driver: str = ""
    cuda: str = ""
    pools: tuple[ThreadPool, ...] = ()
    threads: dict[str, int] = field(default_factory=dict)
    switches: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """An MLflow dataset input. MLflow's digest covers part of the rows only; it is kept as a label."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Data:
    """Files that the program and its children read, outside of the environment and of the source snapshot's code."""

    status: Status
    reasons: tuple[str, ...] = ()
    files: tuple[FileDigest, ...] = ()
    datasets: tuple[Dataset, ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed that the program set itself, and where. `package` is empty for the program's own code."""

    api: str
    value: str
    file: str = ""
    line: int = 0
    package: str = ""


@dataclass(frozen=True, slots=True)
class GeneratorState:
    """The state of a random generator at the earliest moment that could be seen.

    `digest` is SHA-256; `state` (base64 of zlib of pickle-free JSON or bytes) is kept where a replay needs it.
    """

    generator: str
    digest: str
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Uncontrolled:
    """A source of randomness that the record cannot replay, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Randomness:
    """What decides over random numbers. `root` is 32 bytes in hexadecimal, where entropy was served.

    `unused` names shared generators (``[process/]generator``) that were seeded when they were loaded and from which
    nothing was drawn afterwards; empty in records from before that was looked at.
    """

    status: Status
    reasons: tuple[str, ...] = ()
    root: str | None = None
    hash_seed: str | None = None
    seeds: tuple[Seed, ...] = ()
    states: tuple[GeneratorState, ...] = ()
    uncontrolled: tuple[Uncontrolled, ...] = ()
    draws: dict[str, int] = field(default_factory=dict)
    trace: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric with all its steps: `values[i]` was logged at `steps[i]`, as ``float.hex`` writes it."""

    name: str
    steps: tuple[int, ...]
    values: tuple[str, ...]

    @property
    def final(self) -> float:
        """The last value in order of step (of logging, where steps are equal), as MLflow's ``latest`` is."""
        last = max(range(len(self.steps)), key=lambda i: (self.steps[i], i))
        return float.fromhex(self.values[last])


@dataclass(frozen=True, slots=True)
class ModelWeights:
    """A trained model: `digest` is SHA-256 over (name, dtype, shape, little-endian bytes) in sorted name order."""

    name: str
    framework: str
    digest: str
    arrays: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class CellOutput:
    """What a notebook cell printed or returned as text; `position` counts all cells from 0."""

    position: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedRest:
    """All that a program printed, where only the first part of it was kept.

    `size_bytes` and `digest` (BLAKE3 in hexadecimal) are of all of it, as it was printed; `tail` is its end as text.
    """

    size_bytes: int
    digest: str
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a program did not end well.

    `stage` is one of env, data, import, exception, timeout, resource, killed; `cell` counts all cells from 0;
    `exception` is the class of an uncaught exception, empty where there was none or it is not known.
    """

    stage: str
    message: str
    exit_code: int | None = None
    signal: int | None = None
    cell: int | None = None
    traceback: str = ""
    exception: str = ""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What came out of a run.

    `exit_code` is that of the process; None where it was not seen. `failure` is set for an uncaught exception even
    where MLflow says FINISHED. `stdout_rest` and `stderr_rest` are set where not all that was printed was kept.
    `contents` are what stands in the artifacts and files; they are kept apart from the record, and empty where they
    were not read. `stderr` is None where it was not recorded.
    """

    status: Status
    reasons: tuple[str, ...] = ()
    metrics: tuple[Curve, ...] = ()
    artifacts: tuple[FileDigest, ...] = ()
    models: tuple[ModelWeights, ...] = ()
    stdout: str | None = None
    cells: tuple[CellOutput, ...] = ()
    files: tuple[FileDigest, ...] = ()
    exit_code: int | None = None
    failure: Failure | None = None
    stderr: str | None = None
    stdout_rest: PrintedRest | None = None
    stderr_rest: PrintedRest | None = None
    contents: tuple[WrittenContent, ...] = ()

    def metric(self, name: str) -> Curve | None:
        """The curve of this name."""
        return next((c for c in self.metrics if c.name == name), None)
