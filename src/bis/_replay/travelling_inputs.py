"""Inputs that travel to a worker of a cluster which lacks them: it names them by digest, and is sent them in pieces.

A worker needs no folder in common with the machine that planned the replays. What it gets it keeps in its own
``BIS_HOME``, by digest, so that it is sent once.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.inputs import DATA_SUFFIX, data_is_here, kept_input, needed_inputs
from bis._replay.probes import probe_digest
from bis.config import MIB
from bis.errors import DataMissing, ExecutionError, StorageError
from bis.evidence.digests import digest_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bis._replay.execution import Job

DATA_LIMIT_MIB = 512  # of all files of data that a worker lacks; larger ones belong on a file system of the cluster
PIECE_BYTES = 4 * MIB


@dataclass(frozen=True, slots=True)
class NamedInput:
    """An input by its digest; `place` is where the machine that planned the replay has it."""

    digest: str
    suffix: str
    size_bytes: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an input on its way; `transfer` tells several transfers of the same one apart."""

    digest: str
    suffix: str
    transfer: str
    content: bytes
    is_last: bool


def lacking_inputs(job: Job, *, home: Path) -> tuple[NamedInput, ...]:
    """What a job needs and this machine does not have, of all that can be sent."""
    inputs = job.inputs
    lacking = [
        NamedInput(digest, suffix, 0)
        for digest, suffix in needed_inputs(inputs, probe=probe_digest(job.variation))
        if not kept_input(home, digest, suffix).is_file()
    ]
    if inputs.are_here:
        return tuple(lacking)
    for placement in job.plan.data:
        file = placement.file
        # A file that is read at its absolute place cannot be put there: `resolve` says that it is missing.
        can_travel = placement.found is not None and placement.target is not None and bool(file.digest)
        if can_travel and not data_is_here(placement, home=home):
            lacking.append(NamedInput(file.digest, DATA_SUFFIX, file.size_bytes, placement.found or ""))
    return tuple(dict.fromkeys(lacking))


def check_size(lacking: tuple[NamedInput, ...], *, worker: str) -> None:
    """Refuse to send more data than is reasonable.

    Raises
    ------
    DataMissing
        The files of data are larger than the limit.
    """
    data = [named for named in lacking if named.suffix == DATA_SUFFIX]
    size = sum(named.size_bytes for named in data)
    if size > DATA_LIMIT_MIB * MIB:
        raise DataMissing(
            f"worker {worker} lacks {len(data)} input file(s) of {size / MIB:,.0f} MiB together; "
            f"at most {DATA_LIMIT_MIB} MiB are sent to a worker",
            hint="Put them at the same paths on the workers, for instance on a file system that all machines have.",
            files=[named.place for named in data],
        )


def pieces(named: NamedInput, *, home: Path, size_bytes: int = int(PIECE_BYTES)) -> Iterator[Piece]:
    """An input in pieces, read as they are taken.

    Raises
    ------
    StorageError
        It cannot be read here any more.
    """
    place = Path(named.place) if named.place else kept_input(home, named.digest, named.suffix)
    transfer = secrets.token_hex(8)
    try:
        with place.open("rb") as file:
            content = file.read(size_bytes)
            while True:
                following = file.read(size_bytes)
                yield Piece(named.digest, named.suffix, transfer, content, not following)
                if not following:
                    return
                content = following
    except OSError as error:
        raise StorageError(f"{place} cannot be read: {error.strerror or error}") from error


def receive(piece: Piece, *, home: Path) -> str:
    """Take a piece in; after the last one the input is kept, whole or not at all. Returns what went wrong, or nothing.

    What goes wrong is a value: another machine has to say it.
    """
    target = kept_input(home, piece.digest, piece.suffix)
    partial = target.parent / f".{piece.transfer}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("ab") as file:
            file.write(piece.content)
        if not piece.is_last:
            return ""
        found = digest_file(partial).digest
        if found != piece.digest:
            partial.unlink()
            return f"what came has digest {found[:16]}… instead of {piece.digest[:16]}…: the file has changed"
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        return f"{target.parent} cannot be written: {error.strerror or error}"
    return ""


def send(lacking: tuple[NamedInput, ...], give: Callable[[Piece], str], *, home: Path, worker: str) -> None:
    """Send inputs to a worker; `give` hands it a piece and returns what `receive` said there.

    Raises
    ------
    DataMissing, StorageError
        They are too large, or cannot be read here.
    ExecutionError
        The worker cannot keep them.
    """
    check_size(lacking, worker=worker)
    for named in lacking:
        for piece in pieces(named, home=home):
            problem = give(piece)
            if problem:
                what = named.place or f"the input with digest {named.digest[:16]}…"
                raise ExecutionError(
                    f"worker {worker} cannot keep {os.path.basename(what)}: {problem}",  # noqa: PTH119 (also no path)
                    hint="Free some space there, or set BIS_HOME of the worker to a folder that may be written.",
                )
