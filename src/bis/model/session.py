"""A session: one program under observation, from the launcher's instructions to what was seen.

A session lives in a folder, the *spool*, so that whatever was seen survives the program, the launcher and the server.
Its files are described in docs/formats/spool.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bis.model.facets import EntryKind, GeneratorState, PrintedRest
from bis.model.operations import OperationWatch
from bis.model.record import Mode
from bis.model.search_trial import SearchTrial


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Where a replay may write. `folder` holds its tracking store; `writable` lists further folders (absolute).

    `refused_stores` has why MLflow refused the stores of a scheme in the original (``*``: all of
    them; empty: the one that it did not choose itself).
    `later` are files (absolute) that it may not even read: they are in a later state than the recorded one.
    `templates` is a folder of its own with databases to begin with. `sandbox` is what keeps it from the rest of the
    machine (a value of `bis.model.sandbox.SandboxKind`, empty in sessions from before there was one), `network`
    whether it can reach the network.
    """

    folder: str
    writable: tuple[str, ...] = ()
    original_scheme: str = ""
    later: tuple[str, ...] = ()
    refused_stores: dict[str, str] = field(default_factory=dict)
    templates: str = ""
    sandbox: str = ""
    network: bool = True


@dataclass(frozen=True, slots=True)
class InputStream:
    """The standard input of a program: file, pipe, terminal, device (another one) or nothing.

    `device` and `inode` tell it from other streams; `start` is the position in a file, or what waits in a pipe (bytes).
    Of what is read, `limit_bytes` are kept.
    """

    kind: str
    device: int = 0
    inode: int = 0
    start: int = 0
    limit_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """What the launcher passes to the recorder in the program (``session.json``).

    `root` is the entropy root in hexadecimal; where `serve` is false it is not used and randomness is only watched.
    `roles` are entropy roots of their own for some roles (replays that vary one cause).
    `tracking_uri` is what the program finds in ``MLFLOW_TRACKING_URI``, `tracking_variable` what was in it where the
    session was started; both without passwords. `parameters` are values that were set for a notebook's parameters.
    `stdin` is None where the program's standard input is not recorded.
    `scoped`, `reseeded`, `probe` and `switches` are those of `bis.model.variation.Variation`.
    `trial` is the trial of a search that is looked for, or run alone, `operations` what is noted of PyTorch's.
    `python` is the interpreter of the launcher, in which bis is installed.
    With `stderr_in_stdout` one pipe carries both streams of the program (see `bis.model.facets.Outputs`).
    `states` are generator states to restore at the moment at which they were captured (replays of ambient runs).
    """

    version: int
    session: str
    mode: Mode
    started_unix_s: float
    bis_version: str
    kind: EntryKind
    target: str
    argv: tuple[str, ...]
    interpreter_options: tuple[str, ...]
    cwd: str
    project_root: str
    root: str
    serve: bool
    hash_seed: str | None
    spool: str
    tracking_uri: str | None = None
    states: tuple[GeneratorState, ...] = ()
    quarantine: Quarantine | None = None
    variables: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    tracking_variable: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    stdin: InputStream | None = None
    scoped: bool = False
    reseeded: bool = False
    probe: str = ""
    trial: SearchTrial | None = None
    operations: OperationWatch | None = None
    switches: tuple[str, ...] = ()
    python: str = ""
    stderr_in_stdout: bool = False


@dataclass(frozen=True, slots=True)
class Exit:
    """How the process of a session ended, as the launcher saw it (``exit.json``).

    `stdout_cut` is true where not all that it printed was kept. `stdout_rest` and `stderr_rest` say what all of it was
    then; None where all was kept, and in sessions from before that was noted. `stdin_read` is true where
    somebody read of the file, or of what waited in the pipe, that was its standard input. `unshown` says why not all
    that it printed could be shown: empty where the reader of the output of bis had gone, else what the system said.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    ended_unix_s: float
    duration_s: float
    stdout_cut: bool = False
    stdin_read: bool = False
    stdout_rest: PrintedRest | None = None
    stderr_rest: PrintedRest | None = None
    unshown: str | None = None
