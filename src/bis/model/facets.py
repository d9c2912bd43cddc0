"""The facets of provenance: what a run was made of.

Each facet says of itself whether it is recorded, partial (with the reasons) or missing; nothing is assumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from bis.model.written_content import WrittenContent

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    ``git diff HEAD`` prints it. `parameters` are the values that were set for a notebook's parameters, secrets among
    them replaced likewise; None where that was not recorded.
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
    parameters: dict[str, str] | None = None

    def check_values(self) -> None:
        """Raise ValueError where the command is one that no system can start."""
        _check_passed((self.target, *self.argv, *self.interpreter_options, self.cwd, self.project_root))


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that the program asked for.

    `there` is false where it was not set. `value` is None where it was not set or not kept; of a `secret` it is never
    kept. `file` (relative to the project, or absolute) and `line` are where the program's own code asked first.
    """

    name: str
    value: str | None = None
    there: bool = True
    secret: bool = False
    file: str = ""
    line: int = 0

    def check_values(self) -> None:
        """Raise ValueError where no environment can hold it."""
        _check_passed((self.name, self.value or ""))


@dataclass(frozen=True, slots=True)
class StandardInput:
    """The standard input of the program: `kind` is file, pipe, terminal, device or nothing.

    `read` says whether the program read of it. What it read is kept with the run (BLAKE3 `digest`, `size_bytes`) where
    `complete` is true; where it is not, no replay can give it again, and `problem` is why: terminal, device, cut
    (longer than the limit), other (read in a way that could not be copied) or secret (secrets were taken out of it).
    """

    kind: str
    read: bool = False
    complete: bool = True
    size_bytes: int = 0
    digest: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the program was given besides files and arguments, and what it logged with ``log_param``.

    MLflow keeps `values` as strings. `variables` are the environment variables that the program asked for; None where
    that was not recorded, as is `stdin`.
    """

    status: Status
    reasons: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    variables: tuple[Variable, ...] | None = None
    stdin: StandardInput | None = None


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

    def check_values(self) -> None:
        """Raise ValueError where no environment can hold a variable."""
        _check_passed((*self.variables, *self.variables.values()))


@dataclass(frozen=True, slots=True)
class Dataset:
    """An MLflow dataset input. MLflow's digest covers part of the rows only; it is kept as a label."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """State that the program carried over: files that were there and that it changed, as they were before.

    `artifact` is the artifact path of the archive that has their contents, of BLAKE3 `digest`, and `run_id` the run
    that has it (empty for the run itself; the runs of one program share it). `files` are their digests before they were
    changed. `absent` are names in the project, relative to it, that were not there before the program made them.
    `listed` are names of what was in folders of the project that the program looked through, and is in neither the
    snapshot nor the data; those of folders end in ``/``.
    """

    artifact: str = ""
    run_id: str = ""
    digest: str = ""
    size_bytes: int = 0
    files: tuple[FileDigest, ...] = ()
    absent: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """Files that the program and its children read, outside of the environment and of the source snapshot's code.

    Each has the content that was read, also where the program changed it later: such files are among those in
    `carried`, which is None where it was not recorded.
    """

    status: Status
    reasons: tuple[str, ...] = ()
    files: tuple[FileDigest, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    carried: Carried | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed that was set, and where. `package` is empty for the program's own code.

    `helper` is the package's function for setting seeds that the program called (``seed_everything``), if it did.
    """

    api: str
    value: str
    file: str = ""
    line: int = 0
    package: str = ""
    helper: str = ""

    @property
    def is_the_programs(self) -> bool:
        """Whether the program set it, itself or by such a function; not a library for ends of its own."""
        return not self.package or bool(self.helper)


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

    `draws` counts what was drawn, by process and stream; `at_import` how much of that libraries drew while they were
    imported. `untouched` are the shared generators, by process and name, that were in their first state at the end;
    None where that was not recorded.
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
    at_import: dict[str, int] = field(default_factory=dict)
    untouched: tuple[str, ...] | None = None

    def check_values(self) -> None:
        """Raise ValueError where a replay could not be started with the root or the hash seed."""
        if self.root is not None and not re.fullmatch("[0-9a-fA-F]{64}", self.root):
            raise ValueError(f"root: 64 hexadecimal digits are expected, found {self.root[:80]!r}")
        if self.hash_seed is not None and not re.fullmatch("[0-9]{1,10}", self.hash_seed):
            raise ValueError(f"hash_seed: a whole number is expected, found {self.hash_seed[:60]!r}")


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric with all its steps: `values[i]` was logged at `steps[i]`, as ``float.hex`` writes it."""

    name: str
    steps: tuple[int, ...]
    values: tuple[str, ...]

    def check_values(self) -> None:
        """Raise ValueError where these are not the points of a metric."""
        if len(self.steps) != len(self.values):
            raise ValueError(f"as many steps as values are expected, found {len(self.steps)} and {len(self.values)}")
        for value in self.values:
            try:
                float.fromhex(value)
            except (ValueError, OverflowError):
                raise ValueError(f"a value is expected as float.hex writes it, found {value[:60]!r}") from None

    @property
    def final(self) -> float:
        """The last value in order of step (of logging, where steps are equal), as MLflow's ``latest`` is."""
        last = max(range(len(self.steps)), key=lambda i: (self.steps[i], i))
        return float.fromhex(self.values[last])


@dataclass(frozen=True, slots=True)
class ModelWeights:
    """A trained model: `digest` is SHA-256 over (name, dtype, shape, little-endian bytes) in sorted name order.

    `named` is false where MLflow or its server made up the name, None where that was not recorded.
    """

    name: str
    framework: str
    digest: str
    arrays: int = 0
    size_bytes: int = 0
    named: bool | None = None


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


class OutputPart(str, Enum):
    """A part of what came out of a run."""

    END = "end"  # how its program ended
    PRINTED = "printed"
    LOGGED = "logged"  # metrics
    WRITTEN = "written"  # files and artifacts


@dataclass(frozen=True, slots=True)
class Outputs:
    """What came out of a run.

    `exit_code` is that of the process; None where it was not seen. `failure` is set for an uncaught exception even
    where MLflow says FINISHED. `stdout_rest` and `stderr_rest` are set where not all that was printed was kept.
    `contents` are what stands in the artifacts and files; they are kept apart from the record, and empty where they
    were not read. `incomplete` names the parts of which there may have been more than is known, as nobody saw their
    end. `stderr` is None where it was not recorded, and with `stderr_in_stdout`: it is in `stdout` then, in the order
    in which both were written, since they were the same pipe, file or socket. `started_unix_s` and `ended_unix_s` say
    when the program ran; None where that was not recorded. `pids` are the numbers of its processes, the first 200 of
    them.
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
    started_unix_s: float | None = None
    ended_unix_s: float | None = None
    stderr: str | None = None
    stdout_rest: PrintedRest | None = None
    stderr_rest: PrintedRest | None = None
    contents: tuple[WrittenContent, ...] = ()
    pids: tuple[int, ...] = ()
    incomplete: tuple[OutputPart, ...] = ()
    stderr_in_stdout: bool = False

    def metric(self, name: str) -> Curve | None:
        """The curve of this name."""
        return next((c for c in self.metrics if c.name == name), None)


def _check_passed(texts: Iterable[str]) -> None:
    """Raise ValueError where one of these, which are passed to the operating system, ends in its middle."""
    for text in texts:
        if "\0" in text:
            raise ValueError(f"a text without NUL is expected, found {text[:60]!r}")
