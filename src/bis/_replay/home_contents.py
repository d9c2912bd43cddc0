"""What is in the folder that bis keeps on this machine (``BIS_HOME``), and how to free it.

Links are never followed: what lies elsewhere is neither counted nor removed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import stat
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.environment import DESCRIPTION, is_being_built
from bis._replay.inputs import INPUT_SUFFIXES
from bis._replay.use_locks import is_used, lock_name, removing
from bis.errors import BisError, NotFound, UsageError
from bis.evidence import spool as spool_files
from bis.launch.liveness import is_alive, lock, unlock
from bis.model.kept_thing import CacheRemoval, KeptKind, KeptState, KeptThing
from bis.model.record import Mode
from bis.record.session_folders import LOCK, is_being_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_FOLDERS = {
    KeptKind.ENVIRONMENT: "environments",
    KeptKind.SESSION: "sessions",
    KeptKind.SOURCE: "sources",
    KeptKind.ARTIFACTS: "artifacts",
    KeptKind.WORKSPACE: "replays",
    KeptKind.EXPLANATION: "explanations",
    KeptKind.BISECTION: "bisections",
}
_DIGESTS = "digests.sqlite"
_AUDITS = "audit"
_BUSY_S = 2.0
_DAY_S = 24 * 3600.0
_REMOVED = ".removed-"  # in the home: on its way out


def home_contents(home: Path) -> tuple[KeptThing, ...]:
    """All that is kept, by kind, the longest unused first; what other processes remove meanwhile is left out."""
    found: list[KeptThing] = []
    for kind, folder in _FOLDERS.items():
        things = [thing for path in _entries(home / folder) if (thing := _seen(kind, path, home)) is not None]
        found += sorted(things, key=lambda thing: thing.used_unix_s or 0.0)
    found += [thing for thing in (_digests(home), _audits(home)) if thing is not None]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CacheChoice:
    """What is meant: things of these names (or prefixes of names), of these kinds, not used for so many days."""

    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    older_than_days: float | None = None
    all_of_it: bool = False


def contents_of_kinds(home: Path, kinds: Sequence[str]) -> tuple[KeptThing, ...]:
    """What is kept, of some kinds; without any, all of it.

    Raises
    ------
    UsageError
        There is no such kind.
    """
    return choose(home_contents(home), CacheChoice(kinds=tuple(kinds)))


def choose(things: Sequence[KeptThing], choice: CacheChoice) -> tuple[KeptThing, ...]:
    """Those of the things that are meant.

    Raises
    ------
    NotFound
        Nothing has such a name.
    UsageError
        A prefix matches several things, or there is no such kind.
    """
    if not {*choice.kinds} <= {kind.value for kind in KeptKind}:
        known = ", ".join(kind.value for kind in KeptKind)
        raise UsageError(f"expected kinds among {known}, found {', '.join(choice.kinds)}")
    chosen = [_named(name, things) for name in choice.names] or list(things)
    if choice.kinds:
        chosen = [thing for thing in chosen if thing.kind.value in choice.kinds]
    if choice.older_than_days is not None:
        limit = time.time() - choice.older_than_days * _DAY_S
        chosen = [thing for thing in chosen if thing.used_unix_s is not None and thing.used_unix_s < limit]
    return tuple(dict.fromkeys(chosen))


def remove(home: Path, things: Sequence[KeptThing], *, unstored: bool, dry_run: bool) -> Iterator[CacheRemoval]:
    """Remove things, one after the other; what is in use is left, and so is what waits to be stored.

    Parameters
    ----------
    home : Path
        The folder of bis.
    things : sequence of KeptThing
        As `home_contents` gave them; each is looked at again.
    unstored : bool
        Whether to remove sessions and artifacts too that are not in MLflow: what they hold is lost.
    dry_run : bool
        Whether to remove nothing, and say what would be.
    """
    for thing in things:
        only_copy = thing.state in {KeptState.WAITING, KeptState.ONLY_HERE}
        if thing.state is KeptState.IN_USE or (only_copy and not unstored):
            yield CacheRemoval(thing, removed=False, problem=thing.state.value)
        elif dry_run:
            yield CacheRemoval(thing, removed=True)
        else:
            yield _removed(home, thing, unstored=unstored)


def remove_chosen(home: Path, choice: CacheChoice, *, unstored: bool, dry_run: bool) -> tuple[CacheRemoval, ...]:
    """Remove what is meant of all that there is.

    Raises
    ------
    NotFound, UsageError
        As `choose` does; and nothing was chosen.
    """
    if not (choice.names or choice.kinds or choice.older_than_days is not None or choice.all_of_it):
        raise UsageError("it is not said what to remove", hint="Name it, or give --kind, --older-than or --all.")
    return tuple(remove(home, choose(home_contents(home), choice), unstored=unstored, dry_run=dry_run))


def _entries(folder: Path) -> list[Path]:
    """What a folder of the home has in it; nothing where it is a link, or not there."""
    if folder.is_symlink():
        return []
    try:
        return sorted(Path(entry.path) for entry in os.scandir(folder) if not entry.is_symlink())
    except OSError:
        return []


def _seen(kind: KeptKind, path: Path, home: Path) -> KeptThing | None:
    try:
        return _LOOKS[kind](path, home)
    except OSError:  # another process removes it, or it is another user's
        return None


def _environment(path: Path, home: Path) -> KeptThing | None:
    if not path.is_dir():
        return None
    used = path / DESCRIPTION if (path / DESCRIPTION).exists() else path
    made = path / "pyvenv.cfg"
    busy = is_being_built(path) or is_used(home, lock_name(KeptKind.ENVIRONMENT, path.name))
    return _thing(
        KeptKind.ENVIRONMENT,
        path,
        made=made.stat().st_mtime if made.exists() else None,
        used=used.stat().st_mtime,
        state=KeptState.IN_USE if busy else KeptState.FREE,
    )


def _session(path: Path, _home: Path) -> KeptThing | None:
    if not path.is_dir():
        return None
    about, made = "", None
    with suppress(BisError):
        session = spool_files.read_session(path)
        about, made = session.target, session.started_unix_s
    state = KeptState.WAITING if _waits(path) else KeptState.FREE
    if _is_recorded_now(path) or is_being_stored(path):
        state = KeptState.IN_USE
    used = max((entry.stat().st_mtime for entry in _entries(path)), default=path.stat().st_mtime)
    return _thing(KeptKind.SESSION, path, made=made, used=used, state=state, about=about)


def _waits(folder: Path) -> bool:
    """Whether a session is not stored; one that cannot be read may hold what is nowhere else."""
    if spool_files.is_written(folder / spool_files.STORED):
        return False
    try:
        return spool_files.read_session(folder).mode is not Mode.REPLAY
    except BisError:
        return True


def _is_recorded_now(folder: Path) -> bool:
    try:
        return (folder / spool_files.SESSION).exists() and is_alive(folder)
    except FileNotFoundError:
        return False


def _source(path: Path, home: Path) -> KeptThing | None:
    if path.name.startswith(".") or not path.name.endswith(INPUT_SUFFIXES):  # on its way here, or not of bis
        return None
    busy = is_used(home, lock_name(KeptKind.SOURCE, path.name))
    return _thing(KeptKind.SOURCE, path, used=path.stat().st_mtime, state=KeptState.IN_USE if busy else KeptState.FREE)


def _artifacts(path: Path, _home: Path) -> KeptThing | None:
    if not path.is_dir():
        return None
    return _thing(KeptKind.ARTIFACTS, path, used=path.stat().st_mtime, state=KeptState.ONLY_HERE)


def _workspace(path: Path, _home: Path) -> KeptThing | None:
    return _thing(KeptKind.WORKSPACE, path, used=path.stat().st_mtime) if path.is_dir() else None


def _explanation(path: Path, home: Path) -> KeptThing | None:
    if not path.is_dir():
        return None
    busy = is_used(home, lock_name(KeptKind.EXPLANATION, path.name))
    used = max((entry.stat().st_mtime for entry in _entries(path)), default=path.stat().st_mtime)
    return _thing(KeptKind.EXPLANATION, path, used=used, state=KeptState.IN_USE if busy else KeptState.FREE)


def _bisection(path: Path, home: Path) -> KeptThing | None:
    if path.suffix != ".jsonl":
        return None
    busy = is_used(home, lock_name(KeptKind.BISECTION, path.name))
    state = KeptState.IN_USE if busy else KeptState.FREE
    return _thing(KeptKind.BISECTION, path, used=path.stat().st_mtime, state=state)


_LOOKS: dict[KeptKind, Callable[[Path, Path], KeptThing | None]] = {
    KeptKind.ENVIRONMENT: _environment,
    KeptKind.SESSION: _session,
    KeptKind.SOURCE: _source,
    KeptKind.ARTIFACTS: _artifacts,
    KeptKind.WORKSPACE: _workspace,
    KeptKind.EXPLANATION: _explanation,
    KeptKind.BISECTION: _bisection,
}


def _digests(home: Path) -> KeptThing | None:
    path = home / _DIGESTS
    if path.is_symlink() or not path.is_file():
        return None
    return KeptThing(KeptKind.DIGESTS, _DIGESTS, path.stat().st_size, used_unix_s=path.stat().st_mtime)


def _audits(home: Path) -> KeptThing | None:
    entries = _entries(home / _AUDITS)
    if not entries:
        return None
    used = max((entry.stat().st_mtime for entry in entries if entry.exists()), default=None)
    return _thing(KeptKind.AUDITS, home / _AUDITS, used=used)


def _thing(
    kind: KeptKind,
    path: Path,
    *,
    made: float | None = None,
    used: float | None = None,
    state: KeptState = KeptState.FREE,
    about: str = "",
) -> KeptThing:
    size, shared = _sizes(path)
    return KeptThing(kind, path.name, size, shared, made, used, state, about)


def _sizes(path: Path) -> tuple[int, int]:
    """The bytes of all files of a tree, and those of them that have another name elsewhere."""
    whole: dict[tuple[int, int], tuple[int, int, int]] = {}  # size, links, how many of them are here
    pending = [os.fspath(path)]
    while pending:
        place = pending.pop()
        try:
            status = os.lstat(place)
            if stat.S_ISDIR(status.st_mode):
                pending += [entry.path for entry in os.scandir(place)]
                continue
        except OSError:  # it has gone, or may not be read
            continue
        key = (status.st_dev, status.st_ino)
        known = whole.get(key, (0, 0, 0))
        whole[key] = (status.st_size, status.st_nlink, known[2] + 1)
    size = sum(one for one, _, _ in whole.values())
    return size, sum(one for one, links, here in whole.values() if links > here)


def _named(name: str, things: Sequence[KeptThing]) -> KeptThing:
    found = [t for t in things if t.name == name] or [t for t in things if t.name.startswith(name)]
    if not found:
        raise NotFound(f"nothing that is kept has the name {name}", hint="`bis cache` lists all of it.")
    if len(found) > 1:
        listed = ", ".join(t.name for t in found[:5])
        raise UsageError(f"{len(found)} things have names that begin with {name}: {listed}", hint="Give more of it.")
    return found[0]


def _removed(home: Path, thing: KeptThing, *, unstored: bool) -> CacheRemoval:
    try:
        if thing.kind is KeptKind.DIGESTS:
            _empty_digests(home / _DIGESTS)
        elif thing.kind is KeptKind.SESSION:
            return _session_removed(home, thing, unstored=unstored)
        else:
            path = _path(home, thing)
            with removing(home, lock_name(thing.kind, thing.name)) as free:
                if not free or (thing.kind is KeptKind.ENVIRONMENT and is_being_built(path)):
                    return CacheRemoval(thing, removed=False, problem=KeptState.IN_USE.value)
                _delete(path, home)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return CacheRemoval(thing, removed=False, problem="failed", message=reason)
    return CacheRemoval(thing, removed=True)


def _session_removed(home: Path, thing: KeptThing, *, unstored: bool) -> CacheRemoval:
    """Remove a session while nobody can begin to store it."""
    path = _path(home, thing)
    held = lock(path / LOCK)
    if held is None or _is_recorded_now(path):
        return CacheRemoval(thing, removed=False, problem=KeptState.IN_USE.value)
    try:
        if _waits(path) and not unstored:
            return CacheRemoval(thing, removed=False, problem=KeptState.WAITING.value)
        _delete(path, home)
    finally:
        unlock(held)
    return CacheRemoval(thing, removed=True)


def _path(home: Path, thing: KeptThing) -> Path:
    return home / _AUDITS if thing.kind is KeptKind.AUDITS else home / _FOLDERS[thing.kind] / thing.name


def _delete(path: Path, home: Path) -> None:
    """Delete a file or a tree; a tree leaves its place before anything of it is gone."""
    for left in home.glob(f"{_REMOVED}*"):  # by one that was killed
        if not left.is_symlink():
            _delete_tree(left)
    if not path.is_dir():
        path.unlink()
        return
    gone = home / f"{_REMOVED}{secrets.token_hex(4)}"
    path.rename(gone)
    _delete_tree(gone)


def _delete_tree(path: Path) -> None:
    for where, folders, _ in os.walk(path):
        for name in folders:
            place = Path(where, name)
            if not place.is_symlink():
                place.chmod(stat.S_IRWXU)  # a program may have taken the right to write away
    shutil.rmtree(path)


def _empty_digests(path: Path) -> None:
    """Forget all digests. The file stays, since other processes may have it open; a damaged one goes."""
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)) as connection:
            connection.execute("DELETE FROM digests")
            connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
    except sqlite3.DatabaseError:
        path.unlink()
