"""The code facet: project, version control, command and source snapshot."""

# Paths are strings here, since Path objects cost several times as much over thousands of files.
# ruff: noqa: PTH100, PTH117, PTH118

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.evidence.redaction import without_tokens
from bis.evidence.session_secrets import redacted_saved_outputs
from bis.launch.project_root import barred_folders, find_project_root, find_toplevel
from bis.model.facets import Cell, Code, EntryKind, Status
from bis.record.probes.git_state import GitFacts, probe_git
from bis.record.probes.secret_files import SECRET_PATTERNS, without_files
from bis.record.probes.snapshot import SECRET_REASON, Limits, PackedSnapshot, pack_snapshot, select_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.evidence.archive import ArchiveEntry
    from bis.evidence.redaction import Redactor

ARTIFACT = "bis/source.tar.gz"


@dataclass(frozen=True, slots=True)
class Entrypoint:
    """The command: what was started, and how. `target` is a path (absolute, or relative to `cwd`) or a module name."""

    kind: EntryKind
    target: str
    cwd: Path
    argv: tuple[str, ...] = ()
    interpreter_options: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of the program: the script's folder, or the working directory."""
        if self.kind in {EntryKind.SCRIPT, EntryKind.NOTEBOOK} and self.target:
            place = Path(os.path.abspath(self.cwd / self.target))
            return place if place.is_dir() else place.parent
        return Path(os.path.abspath(self.cwd))


@dataclass(frozen=True, slots=True)
class ProbedCode:
    """The facet and its archive; `archive` is None where there is nothing to pack."""

    code: Code
    archive: PackedSnapshot | None


def probe_code(
    entry: Entrypoint,
    *,
    environ: Mapping[str, str],
    redactor: Redactor | None = None,
    project_root: Path | None = None,
    limits: Limits | None = None,
    home: Path | None = None,
    git_program: str = "git",
) -> ProbedCode:
    """Record the code of a program that is about to start.

    Never raises for what the project or git may look like: a fault becomes a reason.

    Parameters
    ----------
    entry : Entrypoint
        The command.
    environ : mapping
        The environment for git.
    redactor : Redactor, optional
        Takes secrets out of `argv` and the uncommitted change.
    project_root : Path, optional
        Instead of looking for it.
    limits : Limits, optional
        Of the snapshot.
    home : Path, optional
        The home folder, where it is not the user's own.
    git_program : str
        The name or path of git.
    """
    root = Path(os.path.abspath(project_root)) if project_root else find_project_root(entry.folder, home=home)
    reasons: list[str] = []
    git = GitFacts()
    if find_toplevel(root) == root:
        git = probe_git(root, environ=environ, secret_patterns=SECRET_PATTERNS, program=git_program)
        reasons += git.reasons
    archive: PackedSnapshot | None = None
    target = _target(entry, root)
    is_file = entry.kind in {EntryKind.SCRIPT, EntryKind.NOTEBOOK}
    always = (target,) if is_file and target and not os.path.isabs(target) and (root / target).is_file() else ()
    shallow = project_root is None and root in barred_folders(root, home)
    try:
        selection = select_files(root, git, limits=limits, always=always, shallow=shallow)
        if redactor is not None:
            selection.entries[:] = [_without_saved_secrets(e, redactor) for e in selection.entries]
        archive = pack_snapshot(selection, artifact=ARTIFACT, limits=limits)
        reasons += archive.reasons
    except (OSError, ValueError, MemoryError) as exc:
        reasons.append(f"there is no source snapshot: {exc}")
    if is_file and archive is not None:
        reasons += _target_reasons(root, target, archive)
    held = archive.snapshot.excluded if archive is not None else ()
    argv, diff = entry.argv, without_files(git.diff, {e.path for e in held if e.reason == SECRET_REASON})
    if redactor is not None:
        argv = redactor.argv(argv)
        diff = redactor.text(diff, place="diff", assignments=False)
    code = Code(
        status=Status.PARTIAL if reasons else Status.RECORDED,
        reasons=tuple(dict.fromkeys(reasons)),
        kind=entry.kind,
        target=target,
        argv=argv,
        interpreter_options=entry.interpreter_options,
        cwd=relative_to(entry.cwd, root),
        project=root.name,
        project_root=str(root),
        commit=git.commit,
        branch=git.branch,
        remote=git.remote,
        dirty=git.dirty,
        diff=diff,
        untracked=tuple(without_tokens(name) for name in _printable(git.untracked or ())),
        snapshot=archive.snapshot if archive is not None else None,
        cells=entry.cells,
    )
    return ProbedCode(code, archive)


def _without_saved_secrets(entry: ArchiveEntry, redactor: Redactor) -> ArchiveEntry:
    """A notebook's saved outputs are redacted like those of a run; everything else is source and stays."""
    if not entry.name.endswith(".ipynb") or not isinstance(entry.source, Path):
        return entry
    try:
        saved = entry.source.read_bytes()
    except OSError:  # reported when it is packed
        return entry
    content = redacted_saved_outputs(saved, lambda text: redactor.text(text, place="saved outputs"))
    return entry if content is None else replace(entry, source=content)


def relative_to(place: Path | str, root: Path) -> str:
    """`place` relative to `root` with POSIX separators; absolute where it lies outside."""
    absolute = os.path.abspath(place)
    if absolute != str(root) and not absolute.startswith(os.path.join(root, "")):
        # The same folder may be reached by two names (a linked home folder).
        absolute, outside = os.path.realpath(absolute), absolute
        base = os.path.realpath(root)
        if absolute != base and not absolute.startswith(os.path.join(base, "")):
            return outside.replace(os.sep, "/")
        return os.path.relpath(absolute, base).replace(os.sep, "/")
    return os.path.relpath(absolute, root).replace(os.sep, "/")


def _target(entry: Entrypoint, root: Path) -> str:
    if entry.kind in {EntryKind.SCRIPT, EntryKind.NOTEBOOK} and entry.target:
        return relative_to(entry.cwd / entry.target, root)
    return entry.target


def _target_reasons(root: Path, target: str, archive: PackedSnapshot) -> Sequence[str]:
    """Add a reason where the program itself is not in the archive."""
    snapshot = archive.snapshot
    names = {target, f"{target}/__main__.py"}
    if not target or (root / target).is_symlink() or any(f.path in names for f in snapshot.files):
        return ()
    if any(e.path == target for e in snapshot.excluded):
        return ()  # already named, with its reason
    return (f"the program {target} is not in the source snapshot",)


def _printable(names: Sequence[str], limit: int = 1000) -> tuple[str, ...]:
    return tuple(n.encode("utf-8", "backslashreplace").decode() for n in names[:limit])
