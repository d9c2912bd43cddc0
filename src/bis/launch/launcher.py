"""Starting a program under observation: what ``bis run`` does, and each replay.

The program runs as it would without bis: ``python train.py …`` in its own folder. The recorder comes in through an
injected ``sitecustomize``, before any of the user's imports, in the program and in the interpreters it starts.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._version import __version__
from bis.config import MIB, Settings, home, make_home
from bis.errors import StorageError, UsageError
from bis.evidence import spool as spool_files
from bis.evidence.addresses import without_password
from bis.evidence.redaction import Redactor
from bis.evidence.session_secrets import keep_secrets, keep_variables
from bis.evidence.spool import write_document
from bis.instrument.entropy.entropy_plan import CHILD_KEY_VARIABLE, CLAIMS
from bis.instrument.session_view import WARM_VARIABLE
from bis.launch.injection import injection_path
from bis.launch.input_stream import copy_file, describe_input, was_read
from bis.launch.liveness import hold
from bis.launch.project_root import find_project_root
from bis.launch.runners import Launch, runner_for
from bis.launch.standard_streams import share_one_file, warn
from bis.model.facets import EntryKind
from bis.model.record import Mode
from bis.model.session import Exit, Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VERSION = spool_files.VERSION


@dataclass(frozen=True, slots=True)
class Entry:
    """A program: `target` is a file path (script, notebook) or a module name."""

    kind: EntryKind
    target: str
    argv: tuple[str, ...] = ()


def entry_from(target: str, argv: tuple[str, ...], *, module: bool) -> Entry:
    """What ``bis run TARGET`` or ``bis run -m TARGET`` names.

    Raises
    ------
    UsageError
        There is no such file, or it is neither a Python script nor a notebook.
    """
    if module:
        return Entry(EntryKind.MODULE, target, argv)
    path = Path(target)
    if not path.is_file():
        kind = "is a folder" if path.is_dir() else "does not exist"
        raise UsageError(f"{target} {kind}", hint="Give a script, a notebook, or -m and the name of a module.")
    if path.suffix == ".ipynb":
        if argv:
            raise UsageError(
                f"the notebook {target} takes no arguments, found {' '.join(argv)}",
                hint="Give values for its cell tagged `parameters` with --set NAME=VALUE before the notebook.",
            )
        return Entry(EntryKind.NOTEBOOK, target, argv)
    return Entry(EntryKind.SCRIPT, target, argv)


def project_root_of(entry: Entry, cwd: Path) -> Path:
    """The project that a program belongs to."""
    if entry.kind is EntryKind.MODULE:
        return find_project_root(cwd)
    return find_project_root((cwd / entry.target).absolute().parent)


def new_session(
    entry: Entry,
    *,
    mode: Mode,
    cwd: Path,
    project_root: Path,
    settings: Settings,
    tracking_uri: str | None = None,
    parameters: Mapping[str, str] | None = None,
    echo: bool = False,
) -> Session:
    """Make the session's folder and its ``session.json``, with a new root and hash seed.

    With `echo` the program's output is going to be shown: its order matters then where stdout and stderr of bis are the
    same file. This process holds the session from then on (see `bis.launch.liveness`).

    Raises
    ------
    StorageError
        The folder cannot be made.
    """
    now = time.time()
    name = time.strftime("%Y%m%d-%H%M%S-", time.gmtime(now)) + secrets.token_hex(6)
    folder = home() / "sessions" / name
    given = os.environ.get("PYTHONHASHSEED")
    session = Session(
        version=_VERSION,
        session=name,
        mode=mode,
        started_unix_s=now,
        bis_version=__version__,
        kind=entry.kind,
        target=entry.target,
        argv=entry.argv,
        interpreter_options=(),
        cwd=str(cwd),
        project_root=str(project_root),
        root=secrets.token_hex(32),
        serve=settings.serve_entropy,
        hash_seed=given if given not in {None, "random"} else str(secrets.randbelow(2**32 - 1) + 1),
        spool=str(folder),
        python=sys.executable,
        tracking_uri=tracking_uri or os.environ.get("MLFLOW_TRACKING_URI"),
        tracking_variable=os.environ.get("MLFLOW_TRACKING_URI"),
        parameters=dict(parameters or {}),
        stdin=None if entry.kind is EntryKind.NOTEBOOK else describe_input(int(settings.stdin_mib * MIB)),
        stderr_in_stdout=echo and entry.kind is not EntryKind.NOTEBOOK and share_one_file(),
    )
    return write_session(session, env=settings.env)


def write_session(session: Session, *, env: Sequence[str] = ()) -> Session:
    """Write ``session.json``, without secrets, into the session's folder, which is made; returns what it has.

    `env` names variables whose values are to be kept.
    """
    folder = Path(session.spool)
    given = session
    session = replace(
        session,
        tracking_uri=_without_password(session.tracking_uri),
        tracking_variable=_without_password(session.tracking_variable),
        parameters=Redactor(os.environ).variables(session.parameters, place="parameters"),
    )
    try:
        make_home()
        folder.mkdir(parents=True, mode=0o700)
        (folder / CLAIMS).mkdir()
        write_document(folder / spool_files.SESSION, session)
        if session.mode is not Mode.REPLAY:
            named = {f"parameters.{name}": value for name, value in given.parameters.items()}
            keep_secrets(folder, {**os.environ, **named}, session.argv, tracking_uri=given.tracking_uri)
            keep_variables(folder, os.environ, env)
            if session.stdin is not None:
                copy_file(session.stdin, folder)
            hold(folder)
    except OSError as error:
        if not (folder / spool_files.SESSION).exists():  # half a session would be missed by every later command
            shutil.rmtree(folder, ignore_errors=True)
        raise StorageError(
            f"the session folder {folder} cannot be written: {error.strerror or error}",
            hint="Free some space or point BIS_HOME at a folder that may be written.",
        ) from error
    return session


def _without_password(uri: str | None) -> str | None:
    return None if uri is None else without_password(uri)


def child_environment(session: Session, base: Mapping[str, str]) -> dict[str, str]:
    """The environment of the recorded program: `base`, the injected folder, the hash seed and the session's folder.

    The entropy root is not in it, since programs log their environment: it is in the folder, which is private.
    """
    env = dict(base)
    for name in (CHILD_KEY_VARIABLE, WARM_VARIABLE):
        env.pop(name, None)
    env["BIS_SPOOL"] = session.spool
    env["PYTHONPATH"] = os.pathsep.join(
        [str(injection_path(home() / "injection")), *([env["PYTHONPATH"]] if env.get("PYTHONPATH") else [])]
    )
    if session.hash_seed is not None:
        env["PYTHONHASHSEED"] = session.hash_seed
    env.update(session.variables)
    return env


def launch(job: Launch) -> Exit:
    """Run the program of a session to its end; writes ``stdout.txt``, ``stderr.txt`` and ``exit.json``.

    Raises
    ------
    ExecutionError
        It cannot be started.
    """
    folder = Path(job.session.spool)
    ended = (job.runner or runner_for(job.session.kind)).run(job)
    ended = replace(ended, stdin_read=was_read(job.session.stdin))
    try:
        write_document(folder / spool_files.EXIT, ended)
    except OSError as error:
        warn(f"the end of the program could not be recorded: {error}")
    return ended
