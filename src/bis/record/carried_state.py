"""What the events of a session say about the state that its program carried over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import TYPE_CHECKING

from bis.evidence import spool as spool_files
from bis.evidence.store import CARRIED
from bis.model.facets import Carried, FileDigest
from bis.model.jsonable import from_json, json_value
from bis.record.probes.carried import KeptCopy, pack_state
from bis.record.probes.code import relative_to
from bis.record.probes.data import Opened, data_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.evidence.digests import DigestCache
    from bis.model.facets import Snapshot
    from bis.record.observed_session import ObservedSession

_READING = frozenset({"r", "r+", "db"})
_MAX_LISTED = 20_000
_BOOKKEEPING = re.compile(r"(?:^|/)(?:mlruns|mlartifacts|__pycache__)/|(?:^|/)mlflow\.db(?:-\w+)?$|\.pyc$")
_WHY = {"large": "it is too large", "full": "too much was kept already", "failed": "it could not be copied"}


@dataclass(frozen=True, slots=True)
class CarriedState:
    """The state that a program carried over, found out once for all runs of its session (``carried.json``).

    `earlier` are digests of files before the program changed them, by absolute path; `unkept` says by absolute path
    why there is none. `events` is the number of copies that this was made of.
    """

    carried: Carried = field(default_factory=Carried)
    earlier: dict[str, FileDigest] = field(default_factory=dict)
    unkept: dict[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    events: int = 0


def opened_files(seen: ObservedSession) -> list[Opened]:
    """What was opened, by all processes in the order of time; what is read and written comes twice."""
    opened = []
    for e in sorted(seen.all("open"), key=lambda e: float(e["t"])):
        size, mtime_ns, mode = int(e["size"]), int(e["mtime_ns"]), e["mode"]
        reads = mode in _READING and (size >= 0 or mode == "r")
        if reads:
            opened.append(Opened(e["path"], write=False, size_bytes=size, mtime_ns=mtime_ns))
        if mode != "r" and (mode != "db" or not reads):  # whether a database was written is seen by its time
            opened.append(Opened(e["path"], write=True, size_bytes=size, mtime_ns=mtime_ns))
    return opened


def watched_modules(seen: ObservedSession) -> frozenset[str]:
    """Libraries whose native reads were seen in every process that loaded them."""
    watched = {(e["pid"], e["library"]) for e in seen.all("watched")}
    names = {name for _, name in watched}
    unseen = {n for e in seen.all("modules") for n in names & set(e["loaded"]) if (e["pid"], n) not in watched}
    return frozenset(names - unseen)


def carried_state(
    seen: ObservedSession, *, prefixes: Sequence[str], snapshot: Snapshot | None, cache: DigestCache | None
) -> CarriedState:
    """Find out which files the program changed and what they were before; the archive is written beside the events.

    Raises
    ------
    OSError
        The archive cannot be written.
    """
    kept = seen.all("kept")
    document = seen.folder / spool_files.CARRIED_FILES
    known = _known(document)
    if known is not None and known.events == len(kept):
        return known
    root = Path(seen.session.project_root)
    packed = pack_state(
        _first_copies(seen),
        root=root,
        artifact=CARRIED,
        is_data=data_filter(prefixes),
        absent=_absent(seen, root, snapshot),
        listed=_listed(seen, root, snapshot),
        cache=cache,
    )
    archive = seen.folder / spool_files.CARRIED
    if packed.content:
        spool_files.write_whole(archive, packed.content)
    state = CarriedState(
        carried=packed.carried,
        earlier={f.path: f for f in packed.earlier},
        unkept={e["path"]: _WHY.get(e["why"], e["why"]) for e in seen.all("unkept")},
        reasons=packed.reasons,
        events=len(kept),
    )
    if kept:
        spool_files.write_document(document, state)
    return state


def _known(document: Path) -> CarriedState | None:
    try:
        return from_json(CarriedState, json_value(document.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _first_copies(seen: ObservedSession) -> list[KeptCopy]:
    """The first copy of each file that no process had changed before, and that is still what was read first."""
    changed: dict[str, float] = {}
    read: dict[str, tuple[int, int]] = {}
    for e in sorted(seen.all("open"), key=lambda e: float(e["t"])):
        if e["mode"] == "r" and e["path"] not in changed:
            read.setdefault(e["path"], (int(e["size"]), int(e["mtime_ns"])))
        elif e["mode"] not in {"r", "db"} or int(e["size"]) < 0:
            changed.setdefault(e["path"], float(e["t"]))
    copies: dict[str, KeptCopy] = {}
    for e in sorted(seen.all("kept"), key=lambda e: float(e["t"])):
        path, state = e["path"], (int(e["size"]), int(e["mtime_ns"]))
        first = float(e["t"]) <= changed.get(path, float("inf"))
        if path not in copies and first and read.get(path, state) == state:
            copy = seen.folder / spool_files.KEPT / PurePath(e["copy"]).name
            copies[path] = KeptCopy(path, copy, *state, replaced=e["mode"] == "w")
    return list(copies.values())


def _listed(seen: ObservedSession, root: Path, snapshot: Snapshot | None) -> set[str]:
    """Names in folders of the project that the program looked through, which neither it made nor the snapshot has."""
    made = {e["path"] for e in seen.all("open") if e["mode"] != "r" and int(e["size"]) < 0}
    made |= {e["path"] for e in seen.all("made")}
    held = {f.path for f in snapshot.files} if snapshot is not None else set()
    held |= {str(parent) + "/" for name in held for parent in PurePosixPath(name).parents}
    names: set[str] = set()
    for e in sorted(seen.all("listed"), key=lambda e: float(e["t"])):
        for kind, end in (("files", ""), ("folders", "/")):
            paths = [f"{e['path']}/{name}" for name in e[kind] if not name.startswith(".")]
            names |= {relative_to(p, root) + end for p in paths if made.isdisjoint((p, *map(str, PurePath(p).parents)))}
    return set(sorted(name for name in names - held if not _BOOKKEEPING.search(name))[:_MAX_LISTED])


def _absent(seen: ObservedSession, root: Path, snapshot: Snapshot | None) -> set[str]:
    """Names in the project that the program made: files that got into the snapshot, and folders that it wrote to."""
    first: dict[str, bool] = {}
    folders = set()
    for e in sorted(seen.all("open"), key=lambda e: float(e["t"])):
        made = e["mode"] != "r" and int(e["size"]) < 0
        first.setdefault(e["path"], made)
        if e["mode"] != "r":
            folders |= {str(p) for p in PurePath(e["path"]).parents}
    held = {f.path for f in snapshot.files} if snapshot is not None else set()
    files = {relative_to(path, root) for path, made in first.items() if made} & held
    ours = str(root) + "/"
    return files | {
        relative_to(e["path"], root) for e in seen.all("made") if e["path"] in folders and e["path"].startswith(ours)
    }
