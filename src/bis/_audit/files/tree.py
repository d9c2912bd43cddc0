"""A project's own files: what is left out is named, what cannot be read is a problem, no link is followed."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import translate
from typing import TYPE_CHECKING

from bis._audit.files.third_party import BUILD, VENDORED, FolderListing, why_left_out
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DEEPEST = 60
_MOST_ENTRIES = 2_000_000
_MOST_SOURCES = 100_000
_MOST_COUNTED = 200_000
_MOST_LEFT_OUT = 10_000
_MOST_PROBLEMS = 100  # of each kind
_MANY_IN_A_FOLDER = 1_000  # of texts: these are data

_HIDDEN = frozenset({".git", ".hg", ".svn", ".bzr", "_darcs", ".jj"})
_SOURCES = (".py", ".ipynb")
_MANIFESTS = re.compile(
    r"(?i)readme.*|requirements.*\.(?:txt|in)|pyproject\.toml|setup\.cfg|(?:environment|conda|python_env).*\.ya?ml"
    r"|pipfile(?:\.lock)?|(?:poetry|uv|pdm|conda|dvc)\.lock|pixi\..*|mlproject|mlmodel|makefile.*|dvc\.yaml"
    r"|(?:docker|container)file.*|.*\.(?:docker|container)file|jenkinsfile.*|gnumakefile|justfile|procfile|snakefile"
    r"|\.?devcontainer\.json|\.gitmodules|tox\.ini|launch\.json|.*(?:job|workflow|pipeline|cluster).*\.json"
)
_COMPILED = (".pyx", ".proto", ".so", ".pyd")  # what is imported and is not Python
_TEXTS = (
    ".md", ".rst", ".txt", ".toml", ".cfg", ".yml", ".yaml", ".in", ".sh", ".lock", ".dvc", ".bash", ".bat", ".cmd",
    ".ps1", ".slurm", ".sbatch", ".pbs", ".mk", *_COMPILED,
)  # fmt: skip
_MAY_BE_IMPORTED = frozenset({VENDORED, BUILD, "excluded"})  # reasons for which folders are left out
# What no terminal and no file of results takes: control characters, those that turn the direction of a line, and what
# is not UTF-8.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tree:
    """What there is in a project's folder; paths are relative, with forward slashes, in order.

    `sources` are its own Python files and notebooks, `others` its own files of which the name matters. `left_out` are
    folders, and files that were excluded, with the reason; `left_out_files` is the number of Python files and notebooks
    in them, as far as they were counted. `beside` are names of modules that may be imported and are not among
    `sources`: those of folders that are vendored, built or excluded, and those that are made from other languages.
    """

    sources: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    left_out_files: int = 0
    problems: tuple[Problem, ...] = ()
    beside: frozenset[str] = frozenset()


def walk(root: Path, *, exclude: tuple[str, ...] = (), max_file_mib: float = 20.0) -> Tree:
    """List a project's own files; none is opened, and no link is followed.

    Parameters
    ----------
    root : Path
        The project's folder.
    exclude : tuple of str
        Globs of paths relative to `root`; of a folder, all below it. ``*`` matches slashes, too.
    max_file_mib : float
        Larger files are a problem of kind ``large`` and are not listed.

    Returns
    -------
    Tree
        Problems are of the kinds ``large``, ``unreadable``, ``symlink``, ``special``, ``name`` and ``deep``.
    """
    return _Walk(str(root), exclude, max_file_mib).run()


def printable(path: str) -> str:
    """A path with what cannot be written as UTF-8, and control characters, as escapes."""
    return _UNPRINTABLE.sub(lambda match: _escaped(ord(match[0])), path)


def _escaped(number: int) -> str:
    if 0xDC80 <= number <= 0xDCFF:  # a byte that was not UTF-8
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


class _Walk:
    def __init__(self, root: str, exclude: tuple[str, ...], most_mib: float) -> None:
        self._root = root
        self._real = os.path.realpath(root)
        self._excluded = _matcher(exclude)
        self._most_mib = most_mib
        self._sources: list[str] = []
        self._others: list[str] = []
        self._left_out: dict[str, str] = {}
        self._left_out_files = 0
        self._problems: list[Problem] = []
        self._kinds: Counter[str] = Counter()
        self._entries = 0
        self._counted = 0
        self._beside: set[str] = set()

    def run(self) -> Tree:
        pending = [("", FolderListing())]
        while pending:
            folder, above = pending.pop()
            listing = self._list(folder)
            if listing is None:
                continue
            why = why_left_out(self._root, folder, listing, above)
            if why:
                self._leave_out(folder, why)
                continue
            if self._entries > _MOST_ENTRIES or len(self._sources) > _MOST_SOURCES:
                self._problem(folder or ".", "large", "too many files: this folder and others were not looked at")
                break
            pending += [(path, listing) for path in reversed(self._take(folder, listing))]
        return Tree(
            tuple(sorted(self._sources)),
            tuple(sorted(self._others)),
            dict(sorted(self._left_out.items())),
            self._left_out_files,
            (*self._problems, *self._uncounted()),
            frozenset(self._beside),
        )

    def _list(self, folder: str) -> FolderListing | None:
        """The entries of a folder that the audit may need: a folder may hold a million others."""
        listing = FolderListing()
        try:
            with os.scandir(f"{self._root}/{folder}") as found:
                for entry in found:
                    self._entries += 1
                    if self._entries > _MOST_ENTRIES:
                        break
                    _note(listing, entry)
        except OSError as error:
            self._problem(folder or ".", "unreadable", f"the folder cannot be listed: {error.strerror}")
            return None
        return listing

    def _take(self, folder: str, listing: FolderListing) -> list[str]:
        """Take in the files of a folder; returns the folders to go on with, in order."""
        inner = []
        for entry in sorted(listing.entries, key=lambda e: e.name):
            name = entry.name
            path = f"{folder}/{name}" if folder else name
            if name in _HIDDEN:
                continue
            if not name.isprintable() and _UNPRINTABLE.search(name):
                self._problem(path, "name", "a name that is not UTF-8 or has control characters: not looked at")
            elif self._excluded is not None and self._excluded.match(path):
                if entry.is_dir(follow_symlinks=False) or name.endswith(_SOURCES):
                    self._leave_out(path, "excluded")
            elif entry.is_symlink():
                self._link(entry, path)
            elif not entry.is_dir(follow_symlinks=False):
                self._file(entry, path)
            elif path.count("/") >= _DEEPEST:
                self._problem(path, "deep", f"folders nested more than {_DEEPEST} deep: not looked at")
            else:
                inner.append(path)
        return inner

    def _file(self, entry: os.DirEntry[str], path: str) -> None:
        source = entry.name.endswith(_SOURCES)
        try:
            if not entry.is_file(follow_symlinks=False):
                self._problem(path, "special", "a named pipe, socket or device: not opened")
                return
            size = entry.stat(follow_symlinks=False).st_size if source else 0
        except OSError as error:
            self._problem(path, "unreadable", error.strerror or str(error))
            return
        if not source:
            self._others.append(path)
            if path.endswith(_COMPILED):
                stem = entry.name.partition(".")[0]
                self._beside |= {stem, f"{stem}_pb2", f"{stem}_pb2_grpc"} if path.endswith(".proto") else {stem}
        elif size > self._most_mib * 2**20:
            self._problem(path, "large", f"{size / 2**20:.1f} MiB: larger than {self._most_mib:g} MiB")
        else:
            self._sources.append(path)

    def _link(self, entry: os.DirEntry[str], path: str) -> None:
        if self._kinds["symlink"] >= _MOST_PROBLEMS:
            self._kinds["symlink"] += 1
            return
        try:
            if not entry.is_dir() and not entry.name.endswith(_SOURCES):
                return  # a link to a file that the audit skips is skipped as well
        except OSError:
            self._problem(path, "symlink", "a symbolic link that leads in a circle: not followed")
            return
        target = os.path.realpath(entry.path)
        inside = target == self._real or target.startswith(self._real.rstrip(os.sep) + os.sep)
        where = "a symbolic link" if inside else "a symbolic link that leads out of the project"
        self._problem(path, "symlink", f"{where}: not followed")

    def _leave_out(self, path: str, why: str) -> None:
        if len(self._left_out) < _MOST_LEFT_OUT:
            self._left_out[path] = why
        self._left_out_files += self._count(path, own=why in _MAY_BE_IMPORTED)

    def _count(self, path: str, *, own: bool) -> int:
        """Python files and notebooks in what is left out, as long as counting is cheap; their names, where `own`."""
        pending, found = [f"{self._root}/{path}"], 0
        self._name(path.rpartition("/")[2], own=own)
        while pending and self._counted < _MOST_COUNTED:
            try:
                with os.scandir(pending.pop()) as entries:
                    for entry in entries:
                        self._counted += 1
                        self._name(entry.name, own=own)
                        if entry.is_dir(follow_symlinks=False):
                            pending.append(entry.path)
                        elif entry.name.endswith(_SOURCES):
                            found += 1
            except NotADirectoryError:
                found += 1
            except OSError:  # not listed, not counted: it is left out anyway
                continue
        return found

    def _name(self, name: str, *, own: bool) -> None:
        """Keep the name under which a file or folder is imported."""
        stem, _dot, suffix = name.partition(".")
        if own and suffix in {"", "py"} and stem.isidentifier() and len(self._beside) < _MOST_LEFT_OUT:
            self._beside.add(stem)

    def _problem(self, path: str, kind: str, detail: str) -> None:
        self._kinds[kind] += 1
        if self._kinds[kind] <= _MOST_PROBLEMS:
            self._problems.append(Problem(printable(path), kind, detail))

    def _uncounted(self) -> Iterator[Problem]:
        for kind, number in sorted(self._kinds.items()):
            if number > _MOST_PROBLEMS:
                yield Problem(".", kind, f"and {number - _MOST_PROBLEMS:,} more of this kind")


def _note(listing: FolderListing, entry: os.DirEntry[str]) -> None:
    """Keep of an entry what is needed."""
    name = entry.name
    listing.note(name)
    matters = name.endswith(_SOURCES) or _MANIFESTS.fullmatch(name)
    if matters or entry.is_dir(follow_symlinks=False) or entry.is_symlink():
        listing.entries.append(entry)
    elif name.lower().endswith(_TEXTS):
        listing.texts += 1
        if listing.texts <= _MANY_IN_A_FOLDER:
            listing.entries.append(entry)
        elif listing.texts == _MANY_IN_A_FOLDER + 1:  # none of them, so that the order in the folder plays no part
            listing.entries = [
                e for e in listing.entries if not e.name.lower().endswith(_TEXTS) or _MANIFESTS.fullmatch(e.name)
            ]


def _matcher(exclude: tuple[str, ...]) -> re.Pattern[str] | None:
    patterns = []
    for given in exclude:
        pattern = given.replace("\\", "/").removeprefix("./").rstrip("/")
        pattern = pattern.removesuffix("/**") if pattern != "**" else "*"
        patterns += [pattern, pattern[3:]] if pattern.startswith("**/") else [pattern]
    return re.compile("|".join(translate(pattern) for pattern in patterns)) if patterns else None
