"""The source snapshot: which files of a project it contains, and the archive of them."""

# Paths are strings here, since Path objects cost several times as much over thousands of files.
# ruff: noqa: PTH110, PTH112, PTH113, PTH114, PTH115, PTH117, PTH118, PTH119, PTH120, PTH122, PTH208

from __future__ import annotations

import itertools
import os
import stat
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.config import ignores_itself
from bis.evidence.archive import ArchiveEntry, link_problem, name_problem, pack, read_entries
from bis.evidence.redaction import without_tokens
from bis.model.facets import Excluded, Snapshot
from bis.record.probes.file_stores import FileStores, is_file_store
from bis.record.probes.secret_files import (
    MOST_READ_BYTES,
    holds_private_key,
    holds_secrets,
    may_be_settings,
    settings_hold_secrets,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bis.record.probes.git_state import GitFacts

MAX_FILE_BYTES = 5 << 20
MAX_TOTAL_BYTES = 50 << 20
MAX_VISITED = 50_000
MAX_WALK_S = 2.0
MAX_LISTED = 500

# Without one of these a replay is not the same program.
SOURCE_SUFFIXES = frozenset(
    [
        ".py",
        ".pyi",
        ".pyx",
        ".pxd",
        ".ipynb",
        ".r",
        ".rmd",
        ".jl",
        ".sh",
        ".c",
        ".cc",
        ".cpp",
        ".cxx",
        ".h",
        ".hpp",
        ".cu",
        ".cuh",
        ".f90",
        ".rs",
        ".go",
        ".js",
        ".ts",
        ".sql",
        ".stan",
        ".toml",
        ".yaml",
        ".yml",
        ".cfg",
        ".ini",
        ".gin",
        ".jsonnet",
        ".j2",
    ]
)
_JUNK_FOLDERS = frozenset(
    [
        "__pycache__",
        "node_modules",
        "mlruns",
        "mlartifacts",
        "site-packages",
        "dist-packages",
        "build",
        "dist",
        ".ipynb_checkpoints",
        ".git",
        ".hg",
        ".svn",
        ".bis",
        "htmlcov",
        "wandb",
        "lightning_logs",
    ]
)
_JUNK_SUFFIXES = (".db", ".db-wal", ".db-shm", ".db-journal", ".sqlite", ".sqlite3", ".pyc", ".pyo", ".egg")
SECRET_REASON = "may hold secrets"  # noqa: S105 - a reason, shown to the user


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a snapshot may take."""

    file_bytes: int = MAX_FILE_BYTES
    total_bytes: int = MAX_TOTAL_BYTES
    visited: int = MAX_VISITED
    walk_s: float = MAX_WALK_S


@dataclass(slots=True)
class Selection:
    """Files chosen so far; `reasons` say why the snapshot is not complete."""

    entries: list[ArchiveEntry] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PackedSnapshot:
    """The archive's bytes, and what the record holds about it."""

    snapshot: Snapshot
    content: bytes
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExternalSources:
    """Imported modules from outside of the project. ``external/<n>/`` holds those of ``roots[n]``."""

    roots: tuple[str, ...] = ()
    entries: tuple[ArchiveEntry, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    place: str
    size: int
    executable: bool


def is_source(name: str) -> bool:
    """Whether a file of this name is part of a program (code or its configuration)."""
    base = name.rpartition("/")[2]
    return os.path.splitext(base)[1].lower() in SOURCE_SUFFIXES or base in {"MLproject", "Makefile", "Dockerfile"}


def select_files(
    root: Path, git: GitFacts | None, *, limits: Limits | None = None, always: Sequence[str] = (), shallow: bool = False
) -> Selection:
    """Choose the files of a project: what git tracks or would track, else what a walk finds.

    Parameters
    ----------
    root : Path
        The project.
    git : GitFacts or None
        With listings, where git could give them; `root` is then its top level.
    limits : Limits, optional
        Where files, their sum, or the walk end.
    always : sequence of str
        Names that belong to it even where git ignores them: the program itself.
    shallow : bool
        Take source files of `root` alone: it is not a project (the home folder).
    """
    limits = limits or Limits()
    selection = Selection()
    names: Iterable[str]
    if shallow:
        names = _source_files_of(root, selection)
    elif git is not None and git.tracked is not None:
        names = _listed(root, git, selection, limits)
    else:
        names = _walk(root, "", selection, limits)
    _choose(root, itertools.chain(always, names), selection, limits)
    return selection


def pack_snapshot(
    selection: Selection, *, artifact: str, external: ExternalSources | None = None, limits: Limits | None = None
) -> PackedSnapshot:
    """Write the archive of a selection.

    Parameters
    ----------
    selection : Selection
        The project's files.
    artifact : str
        The artifact path that the archive will have.
    external : ExternalSources, optional
        Modules from outside of the project.
    limits : Limits, optional
        The same as in `select_files`.
    """
    limits = limits or Limits()
    external = external or ExternalSources()
    packed = pack([*selection.entries, *external.entries], max_file_bytes=limits.file_bytes)
    reasons = [*selection.reasons, *external.reasons]
    reasons += [f"source file {e.path} {e.reason}" for e in packed.excluded if is_source(e.path)]
    snapshot = Snapshot(
        artifact=artifact,
        digest=packed.digest,
        size_bytes=len(packed.content),
        files=packed.files,
        excluded=_shortened([*selection.excluded, *external.excluded, *packed.excluded]),
        external=tuple(f"external/{n}" for n in range(len(external.roots))),
    )
    return PackedSnapshot(snapshot, packed.content, tuple(dict.fromkeys(reasons)))


def add_external(packed: PackedSnapshot, external: ExternalSources) -> PackedSnapshot:
    """Add modules from outside of the project to an archive that was written when the program started."""
    selection = Selection(
        entries=list(read_entries(packed.content)),
        excluded=list(packed.snapshot.excluded),
        reasons=list(packed.reasons),
    )
    there = {e.name for e in selection.entries}
    # A project may have a folder "external" of its own.
    taken = sorted(e.name for e in external.entries if e.name in there and e.name.startswith("external/"))
    selection.reasons += [f"source file {name} of another folder is hidden by the project's own" for name in taken]
    entries = tuple(e for e in external.entries if e.name not in there)
    return pack_snapshot(selection, artifact=packed.snapshot.artifact, external=replace(external, entries=entries))


def external_sources(
    modules: Mapping[str, str],
    *,
    root: Path,
    prefixes: Sequence[str],
    known: Iterable[str] | None = None,
    limits: Limits | None = None,
) -> ExternalSources:
    """Find local modules that were imported from outside of the project and of the environment.

    Such are siblings on ``PYTHONPATH`` and editable installs. Of a package the whole folder is taken, since it may
    import more of itself in a replay; of a single module the file.

    Parameters
    ----------
    modules : mapping
        ``__file__`` of the imported modules by their names.
    root : Path
        The project; what lies in it is in the snapshot already.
    prefixes : sequence of str
        Folders of the environment: interpreter, standard library, installed packages, and bis.
    known : iterable of str, optional
        Names in the snapshot; modules of the project that are not among them (git ignores them) are added too.
    limits : Limits, optional
        As for the project.
    """
    limits = limits or Limits()
    project = os.path.join(os.path.realpath(root), "")
    inside = tuple(os.path.join(os.path.realpath(p), "") for p in prefixes)
    wanted: dict[str, set[str]] = {}
    forgotten: list[str] = []
    for module, file in modules.items():
        place = os.path.realpath(file)
        if place.startswith(inside) or not os.path.isabs(file) or not is_source(place) or not os.path.isfile(place):
            continue
        if place.startswith(project):
            forgotten.append(os.path.relpath(place, project).replace(os.sep, "/"))
            continue
        top = _import_root(module, place)
        wanted.setdefault(top, set()).add(os.path.relpath(place, top).replace(os.sep, "/").split("/")[0])
    roots = tuple(sorted(wanted))
    selection = Selection()
    if known is not None:
        _choose(root, sorted(set(forgotten) - set(known)), selection, limits)
    for n, top in enumerate(roots):
        chosen = Selection()
        names: list[str] = []
        for name in sorted(wanted[top]):
            is_package = os.path.isdir(os.path.join(top, name))
            names += [x for x in _walk(Path(top), name, chosen, limits) if is_source(x)] if is_package else [name]
        _choose(Path(top), names, chosen, limits)
        under = f"external/{n}/"
        selection.entries += [ArchiveEntry(under + e.name, e.source, e.executable, e.link) for e in chosen.entries]
        selection.excluded += [Excluded(under + e.path, e.reason) for e in chosen.excluded]
        selection.reasons += chosen.reasons
    return ExternalSources(roots, tuple(selection.entries), tuple(selection.excluded), tuple(selection.reasons))


def _import_root(module: str, place: str) -> str:
    """The folder from which a module was imported; found by its name, also for packages without ``__init__.py``."""
    stem = os.path.splitext(place)[0]
    stem = os.path.dirname(stem) if os.path.basename(stem) == "__init__" else stem
    tail = os.path.join("", *module.split("."))
    if stem.endswith(os.sep + tail):
        return stem[: -len(tail) - 1] or os.sep
    folder = os.path.dirname(place)
    while os.path.exists(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _listed(root: Path, git: GitFacts, selection: Selection, limits: Limits) -> Iterator[str]:
    """Names that git gave; folders among them are submodules and nested repositories."""
    tracked, untracked = git.tracked or (), git.untracked or ()
    environments = tuple(n[: -len("pyvenv.cfg")] for n in untracked if n.endswith("/pyvenv.cfg"))
    for name in tracked:
        if os.path.isdir(root / name) and not os.path.islink(root / name):
            yield from _walk(root, name, selection, limits)
        else:
            yield name
    stores = FileStores(str(root))
    for name in untracked:
        if _is_junk(name) or (environments and name.startswith(environments)) or stores.hold(name):
            continue
        if name.endswith("/"):
            yield from _walk(root, name.rstrip("/"), selection, limits)
        else:
            yield name


def _source_files_of(root: Path, selection: Selection) -> list[str]:
    try:
        return sorted(n for n in os.listdir(root) if is_source(n) and not n.startswith("."))
    except OSError as exc:
        selection.reasons.append(f"{root} cannot be read: {exc.strerror or exc}")
        return []


def _walk(root: Path, start: str, selection: Selection, limits: Limits) -> Iterator[str]:
    """Names below ``root/start`` in a fixed order, without hidden folders, environments and products."""
    visited = 0
    deadline = time.monotonic() + limits.walk_s
    pending = [start]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError as exc:
            selection.excluded.append(Excluded(folder or ".", f"cannot be read: {exc.strerror or exc}"))
            continue
        if folder != start and _is_foreign(root / folder, {item.name for item in items}):
            continue
        if folder and is_file_store(os.path.join(root, folder)):
            continue
        inner = []
        for item in items:
            visited += 1
            name = f"{folder}/{item.name}" if folder else item.name
            if not item.is_dir(follow_symlinks=False):
                if not _is_junk(name[len(start) :]):
                    yield name
            elif not item.name.startswith(".") and item.name not in _JUNK_FOLDERS and not name.endswith(".egg-info"):
                inner.append(name)
        pending += reversed(inner)
        if visited > limits.visited or time.monotonic() > deadline:
            selection.reasons.append(f"the project folder {root} holds too many files: not all of it was seen")
            return


def _is_foreign(folder: Path, names: set[str]) -> bool:
    """Whether a folder is an environment, or says of itself that it is in no repository."""
    return "pyvenv.cfg" in names or (".gitignore" in names and ignores_itself(folder))


def _is_junk(name: str) -> bool:
    *folders, base = name.rstrip("/").split("/")
    return (
        base.endswith(_JUNK_SUFFIXES)
        or (name.endswith("/") and base in _JUNK_FOLDERS)
        or not _JUNK_FOLDERS.isdisjoint(folders)
    )


def _choose(root: Path, names: Iterable[str], selection: Selection, limits: Limits) -> None:
    """Look at each name; take source first and then the smallest, until the total is reached."""
    real_root = os.path.join(os.path.realpath(root), "")
    candidates: list[_Candidate] = []
    for name in _plain(dict.fromkeys(names), selection):
        candidate = _look(root, name, real_root, selection, limits)
        if candidate is not None:
            candidates.append(candidate)
    total = 0
    for c in sorted(candidates, key=lambda c: (not is_source(c.name), c.size, c.name)):
        if total + c.size > limits.total_bytes:
            _leave_out(selection, c.name, f"the snapshot is full ({limits.total_bytes} bytes)")
            continue
        total += c.size
        selection.entries.append(ArchiveEntry(c.name, Path(c.place), c.executable))


def _plain(names: Iterable[str], selection: Selection) -> Iterable[str]:
    """The names that hold no token themselves; the others are left out."""
    found = tuple(names)
    if without_tokens("\n".join(found)) == "\n".join(found):  # nearly always
        return found
    shown = {name: without_tokens(name) for name in found}
    selection.excluded += [Excluded(s, SECRET_REASON) for name, s in shown.items() if s != name]
    return tuple(name for name, s in shown.items() if s == name)


def _look(root: Path, name: str, real_root: str, selection: Selection, limits: Limits) -> _Candidate | None:
    """Decide about one file; links are kept or refused."""
    problem = name_problem(name)
    if problem:
        _leave_out(selection, name.encode("utf-8", "backslashreplace").decode(), problem)
        return None
    place = os.path.join(root, name)
    try:
        status = os.lstat(place)
        if stat.S_ISLNK(status.st_mode):
            _look_at_link(place, name, real_root, selection)
            return None
    except FileNotFoundError:
        return None  # tracked and deleted: the diff shows it
    except OSError as exc:
        _leave_out(selection, name, f"cannot be read: {exc.strerror or exc}")
        return None
    if holds_secrets(name):
        selection.excluded.append(Excluded(name, SECRET_REASON))
    elif not stat.S_ISREG(status.st_mode):
        _leave_out(selection, name, "is not a regular file")
    elif status.st_size > limits.file_bytes:
        _leave_out(selection, name, f"is larger than {limits.file_bytes} bytes")
    elif not os.access(place, os.R_OK):
        _leave_out(selection, name, "cannot be read: permission denied")
    elif status.st_size <= MOST_READ_BYTES and _content_holds_secrets(name, place):
        selection.excluded.append(Excluded(name, SECRET_REASON))
    else:
        return _Candidate(name, place, status.st_size, bool(status.st_mode & stat.S_IXUSR))
    return None


def _content_holds_secrets(name: str, place: str) -> bool:
    settings = may_be_settings(name)
    if not settings and is_source(name):  # code is not judged
        return False
    try:
        content = Path(place).read_bytes()
    except OSError:  # what cannot be read cannot be packed either, which is said then
        return False
    return settings_hold_secrets(name, content) if settings else holds_private_key(content)


def _look_at_link(place: str, name: str, real_root: str, selection: Selection) -> None:
    target = os.readlink(place)
    real = os.path.realpath(place)
    if not os.path.join(real, "").startswith(real_root) or link_problem(name, target):
        _leave_out(selection, name, "is a symbolic link that leads out of the project")
    elif holds_secrets(real):
        selection.excluded.append(Excluded(name, SECRET_REASON))
    else:
        selection.entries.append(ArchiveEntry(name, link=target))


def _leave_out(selection: Selection, name: str, reason: str) -> None:
    selection.excluded.append(Excluded(name, reason))
    if is_source(name):
        selection.reasons.append(f"source file {name} {reason}")


def _shortened(excluded: list[Excluded]) -> tuple[Excluded, ...]:
    """Keep the list readable: a folder of images may hold a hundred thousand names."""
    # Source first: what makes the facet partial must be named.
    ordered = sorted(set(excluded), key=lambda e: (not is_source(e.path), e.reason != SECRET_REASON, e.path))
    rest = len(ordered) - MAX_LISTED
    if rest <= 0:
        return tuple(ordered)
    return (*ordered[:MAX_LISTED], Excluded(f"({rest} more files)", "the list was cut here"))
