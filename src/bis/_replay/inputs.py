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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.environment import (
    BaseEnvironment,
    BuiltEnvironment,
    built_environment,
    ensure_environment,
    note_use,
)
from bis._replay.use_locks import lock_name, using
from bis.errors import DataMissing, EnvironmentBuildError, StorageError
from bis.evidence.digests import DigestCache, digest_bytes, digest_file, digest_kept
from bis.evidence.hosts import host_digest
from bis.model.facets import Environment
from bis.model.kept_thing import KeptKind
from bis.model.lock import lock_text
from bis.model.operations import OperationWatch
from bis.model.plan import DataPlacement
from bis.model.progress import SILENT, Observer
from bis.model.search_trial import SearchTrial
from bis.model.verdict import Deviation
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SOURCE_SUFFIX = ".tar.gz"
STDIN_SUFFIX = ".stdin"
PROBE_SUFFIX = ".probe"
DATA_SUFFIX = ".data"  # of files that were sent to a worker of a cluster
TRIAL_SUFFIX = ".trial"
INPUT_SUFFIXES = (SOURCE_SUFFIX, STDIN_SUFFIX, PROBE_SUFFIX, TRIAL_SUFFIX, DATA_SUFFIX)
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
    trial : SearchTrial, optional
        The trial of a search that is looked for, or run alone.
    begun : str
        Digest of what there was when that trial began; empty where it is looked for.
    operations : OperationWatch, optional
        What is to be noted of the operations of PyTorch.
    """

    source: str = ""
    stdin: str = ""
    lock: str = ""
    rebuilt: Environment | None = None
    name: str = ""
    deviations: tuple[Deviation, ...] = ()
    origin: Origin = Origin()
    state: str = ""
    trial: SearchTrial | None = None
    begun: str = ""
    operations: OperationWatch | None = None

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
    probe: Path | None = None
    begun: Path | None = None


def lock_digest(environment: Environment) -> str:
    """The digest by which two machines compare their environments."""
    return digest_bytes(lock_text(environment).encode())


def keep_source(archive: Path, *, home: Path, suffix: str = SOURCE_SUFFIX) -> str:
    """Copy a source archive to where workers on this machine look for it; returns its digest.

    With the `suffix` of standard input, what the program gets as that; with that of probes, what models predict for.

    Raises
    ------
    StorageError
        It cannot be written.
    """
    digest = digest_file(archive).digest
    target = kept_input(home, digest, suffix)
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
    inputs: Inputs,
    data: Sequence[DataPlacement],
    *,
    home: Path,
    environment: Environment | None = None,
    probe: str = "",
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
    probe : str
        Digest of the examples that models are to predict for; empty where there are none.

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
        probe=_found_source(probe, home, PROBE_SUFFIX) if probe else None,
        begun=_found_source(inputs.begun, home, TRIAL_SUFFIX) if inputs.begun else None,
    )


def kept_input(home: Path, digest: str, suffix: str) -> Path:
    """Where bis keeps an input on a machine, whether it is there or not."""
    return home / "sources" / f"{digest}{suffix}"


def needed_inputs(inputs: Inputs, *, probe: str = "") -> tuple[tuple[str, str], ...]:
    """The digest and suffix of each input that `resolve` looks for below the home, but for data."""
    named = (
        (inputs.source, SOURCE_SUFFIX),
        (inputs.state, SOURCE_SUFFIX),
        (inputs.stdin, STDIN_SUFFIX),
        (inputs.begun, TRIAL_SUFFIX),
        (probe, PROBE_SUFFIX),
    )
    return tuple(dict.fromkeys((digest, suffix) for digest, suffix in named if digest))


def data_is_here(placement: DataPlacement, *, home: Path) -> bool:
    """Whether a planned input file is on this machine: at its path, or because it was sent here."""
    with DigestCache(home / "digests.sqlite") as cache:
        return _is_here(placement, home, cache) is not None


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
    """Mark what planned replays are given, and their rebuilt environment, as used."""
    with ExitStack() as held:
        for digest, suffix in needed_inputs(inputs):
            held.enter_context(using(home, lock_name(KeptKind.SOURCE, kept_input(home, digest, suffix).name)))
        if inputs.name:
            held.enter_context(using(home, lock_name(KeptKind.ENVIRONMENT, inputs.name)))
        yield


def _found_source(digest: str, home: Path, suffix: str) -> Path:
    archive = kept_input(home, digest, suffix)
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


def base_environment(inputs: Inputs, home: Path) -> BaseEnvironment | None:
    """The environment that a replay was planned in, where it is on this machine."""
    if not inputs.are_here:
        return None
    if inputs.rebuilt is not None:
        python = built_environment(home / "environments", inputs.name)
        return BaseEnvironment(str(python), inputs.rebuilt) if python is not None else None
    here = probe_environment()
    return BaseEnvironment(inputs.origin.interpreter, here) if lock_digest(here) == inputs.lock else None


def varied_environment(
    environment: Environment, base: BaseEnvironment | None, *, home: Path, observer: Observer = SILENT
) -> BuiltEnvironment:
    """Another environment than the planned one, built upon that where it can be.

    Raises
    ------
    EnvironmentBuildError, WrongPython
        It cannot be built.
    StorageError
        There is no room for it.
    """
    carried = base if base is not None and base.carries(environment) else None
    cache = home / "environments"
    return ensure_environment(environment, cache_dir=cache, python=environment.python, base=carried, observer=observer)


def _interpreter(inputs: Inputs, home: Path, environment: Environment | None) -> tuple[str, tuple[Deviation, ...]]:
    wanted = environment or inputs.rebuilt
    if wanted is not None:
        if environment is None and inputs.are_here:
            python = built_environment(home / "environments", inputs.name)
            if python is not None:
                return str(python), inputs.deviations
        base = base_environment(inputs, home) if environment is not None else None
        built = varied_environment(wanted, base, home=home)
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
    """The same files on another machine: at the same paths, or among those that were sent there."""
    with DigestCache(home / "digests.sqlite") as cache:
        found = [p if p.found is None else _is_here(p, home, cache) for p in data]
    bad = [p for p, here in zip(data, found, strict=True) if here is None]
    if bad:
        names = ", ".join(str(p.found) for p in bad[:5])
        raise DataMissing(
            f"{platform.node()} does not have {len(bad)} input file(s) as they were recorded: {names}",
            hint="Put them at the same paths there, for instance on a file system that both machines have.",
            files=[p.file.path for p in bad],
        )
    return tuple(p for p in found if p is not None)


def _is_here(placement: DataPlacement, home: Path, cache: DigestCache) -> DataPlacement | None:
    """Where this machine has a file; None where it has not."""
    if _is_same(placement, cache):
        return placement
    digest = placement.file.digest
    kept = kept_input(home, digest, DATA_SUFFIX)
    if not digest or placement.target is None or not kept.is_file():
        return None
    with suppress(OSError):  # it was used, or has just been removed
        os.utime(kept)
        if digest_file(kept, cache).digest == digest:
            return replace(placement, found=str(kept))
    return None


def _is_same(placement: DataPlacement, cache: DigestCache) -> bool:
    path = Path(placement.found or "")
    if not path.is_file() or path.stat().st_size != placement.file.size_bytes:
        return False
    return not placement.file.digest or digest_file(path, cache).digest == placement.file.digest
