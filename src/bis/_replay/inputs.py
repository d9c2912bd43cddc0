"""What a replay needs of its host, named by digest where the replay is planned and found where it runs.

A job may run on another machine than the one that planned it. So it names its source, its environment and its data
by digest, and the worker looks for them: in the folder that bis keeps there, and at the paths of the data. On the
machine that planned the replay everything is there already.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.environment import built_environment, ensure_environment, note_use
from bis._replay.use_locks import lock_name, using
from bis.errors import DataMissing, EnvironmentBuildError, StorageError
from bis.evidence.digests import DigestCache, digest_bytes, digest_file, digest_kept
from bis.evidence.hosts import host_digest
from bis.model.facets import Environment
from bis.model.kept_thing import KeptKind
from bis.model.lock import lock_text
from bis.model.plan import DataPlacement
from bis.model.verdict import Deviation
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOURCE_SUFFIX = ".tar.gz"
STDIN_SUFFIX = ".stdin"
_KEPT_S = 30 * 24 * 3600.0  # sources that no replay has used for so long are removed


@dataclass(frozen=True, slots=True)
class Origin:
    """The machine that planned a replay. Its paths are of use there only: `host` says whether a worker is there.

    `interpreter` is the Python that runs bis, `scratch` a folder for workspaces that is removed after the last replay.
    """

    host: str = ""
    interpreter: str = ""
    scratch: str = ""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a replay needs of its host.

    Parameters
    ----------
    source : str
        Digest of the source archive; empty where there is none.
    state : str
        Digest of the archive of the state that the program carried over; empty where there is none.
    stdin : str
        Digest of what the program gets as standard input; empty where that is nothing.
    lock : str
        Digest of the lock of the environment that the replay was planned in.
    rebuilt : Environment, optional
        What to rebuild; None where the replay runs in the environment that it was planned in.
    name : str
        Of the environment that was built of it on the origin.
    deviations : tuple of Deviation
        Where the environment of the origin is not what was recorded.
    origin : Origin
        The machine that planned it.
    """

    source: str = ""
    stdin: str = ""
    lock: str = ""
    rebuilt: Environment | None = None
    name: str = ""
    deviations: tuple[Deviation, ...] = ()
    origin: Origin = Origin()
    state: str = ""

    @property
    def are_here(self) -> bool:
        """Whether this process runs on the machine that planned the replay."""
        return self.origin.host == host_digest()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The inputs of a replay on this machine."""

    archive: Path | None
    python: str
    data: tuple[DataPlacement, ...]
    deviations: tuple[Deviation, ...] = ()
    state: Path | None = None
    stdin: Path | None = None


def lock_digest(environment: Environment) -> str:
    """The digest by which two machines compare their environments."""
    return digest_bytes(lock_text(environment).encode())


def keep_source(archive: Path, *, home: Path, suffix: str = SOURCE_SUFFIX) -> str:
    """Copy a source archive to where workers on this machine look for it; returns its digest.

    With the `suffix` of standard input, what the program gets as that.

    Raises
    ------
    StorageError
        It cannot be written.
    """
    digest = digest_file(archive).digest
    target = _source(home, digest, suffix)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_old(target.parent)
        if not target.exists():
            handle, name = tempfile.mkstemp(prefix=".", dir=target.parent)
            os.close(handle)
            copy = Path(name)
            try:
                shutil.copyfile(archive, copy)
                copy.replace(target)  # whole or not at all
            finally:
                copy.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"the source cannot be kept in {target.parent}: {error.strerror or error}",
            hint="Free some space, or point BIS_HOME at a folder that may be written.",
        ) from error
    return digest


def resolve(
    inputs: Inputs, data: Sequence[DataPlacement], *, home: Path, environment: Environment | None = None
) -> Resolved:
    """Find on this machine what a replay needs.

    Parameters
    ----------
    inputs : Inputs
        As the replay was planned.
    data : sequence of DataPlacement
        Its input files.
    home : Path
        The folder that bis keeps on this machine.
    environment : Environment, optional
        To run with instead of the planned one.

    Raises
    ------
    StorageError
        The source is not here, or there is no room for the environment.
    EnvironmentBuildError, WrongPython
        This machine has another environment than the planned one, or cannot build it.
    DataMissing
        An input file is not here, or is another one.
    """
    python, deviations = _interpreter(inputs, home, environment)
    return Resolved(
        archive=_found_source(inputs.source, home, SOURCE_SUFFIX) if inputs.source else None,
        python=python,
        data=tuple(data) if inputs.are_here else _checked(data, home),
        deviations=deviations,
        state=_found_source(inputs.state, home, SOURCE_SUFFIX) if inputs.state else None,
        stdin=_found_source(inputs.stdin, home, STDIN_SUFFIX) if inputs.stdin else None,
    )


@contextmanager
def environment_in_use(python: str, *, home: Path) -> Iterator[bool]:
    """Mark the environment of an interpreter as used, if it is one that was rebuilt; gives False where it has gone."""
    folder = Path(python).parents[1]
    if folder.parent != home / "environments":
        yield True
        return
    with using(home, lock_name(KeptKind.ENVIRONMENT, folder.name)):
        note_use(folder)
        yield built_environment(folder.parent, folder.name) is not None


@contextmanager
def inputs_in_use(inputs: Inputs, *, home: Path) -> Iterator[None]:
    """Mark the archives and the rebuilt environment of planned replays as used."""
    kept = (inputs.source, SOURCE_SUFFIX), (inputs.state, SOURCE_SUFFIX), (inputs.stdin, STDIN_SUFFIX)
    with ExitStack() as held:
        for digest, suffix in kept:
            if digest:
                held.enter_context(using(home, lock_name(KeptKind.SOURCE, _source(home, digest, suffix).name)))
        if inputs.name:
            held.enter_context(using(home, lock_name(KeptKind.ENVIRONMENT, inputs.name)))
        yield


def _source(home: Path, digest: str, suffix: str) -> Path:
    return home / "sources" / f"{digest}{suffix}"


def _found_source(digest: str, home: Path, suffix: str) -> Path:
    archive = _source(home, digest, suffix)
    if not archive.is_file():
        raise StorageError(
            f"{platform.node()} does not have the source with digest {digest[:16]}…: {archive} does not exist",
            hint=f"Copy {archive.name} from the folder `sources` in BIS_HOME of the machine that planned the replay.",
            path=str(archive),
        )
    try:
        found = digest_kept(archive)
        os.utime(archive)  # it was used; other replays may be reading it
    except OSError as error:
        raise StorageError(f"{archive} cannot be read: {error.strerror or error}") from error
    if found != digest:
        raise StorageError(f"{archive} is damaged: its digest is not its name", hint="Remove it, and replay again.")
    return archive


def _remove_old(folder: Path) -> None:
    limit = time.time() - _KEPT_S
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another replay has removed or renamed it
            if path.stat().st_mtime < limit:
                path.unlink()


def _interpreter(inputs: Inputs, home: Path, environment: Environment | None) -> tuple[str, tuple[Deviation, ...]]:
    wanted = environment or inputs.rebuilt
    if wanted is not None:
        if environment is None and inputs.are_here:
            python = built_environment(home / "environments", inputs.name)
            if python is not None:
                return str(python), inputs.deviations
        built = ensure_environment(wanted, cache_dir=home / "environments", python=wanted.python)
        return str(built.python_executable), built.deviations
    if inputs.are_here and Path(inputs.origin.interpreter).is_file():
        return inputs.origin.interpreter, inputs.deviations
    if lock_digest(probe_environment()) != inputs.lock:
        raise EnvironmentBuildError(
            f"the environment of {sys.executable} on {platform.node()} is not the one that the replay was planned in",
            hint="Install the same packages there, or replay with --env rebuild.",
        )
    return sys.executable, inputs.deviations


def _checked(data: Sequence[DataPlacement], home: Path) -> tuple[DataPlacement, ...]:
    """The same files on another machine: at the same paths, with the same digests."""
    with DigestCache(home / "digests.sqlite") as cache:
        bad = [p for p in data if p.found is not None and not _is_same(p, cache)]
    if bad:
        names = ", ".join(str(p.found) for p in bad[:5])
        raise DataMissing(
            f"{platform.node()} does not have {len(bad)} input file(s) as they were recorded: {names}",
            hint="Put them at the same paths there, for instance on a file system that both machines have.",
            files=[p.file.path for p in bad],
        )
    return tuple(data)


def _is_same(placement: DataPlacement, cache: DigestCache) -> bool:
    path = Path(placement.found or "")
    if not path.is_file() or path.stat().st_size != placement.file.size_bytes:
        return False
    return not placement.file.digest or digest_file(path, cache).digest == placement.file.digest
