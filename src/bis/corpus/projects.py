"""The projects of a corpus: what lies below a folder, or what a CSV file names."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bis.errors import NotFound, UsageError
from bis.model.progress import Note

GITHUB = "https://github.com"
LEVELS = 3
_MANY = 20
_OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:_[A-Za-z0-9]+)?"  # the last part: managed users of companies
_ON_GITHUB = re.compile(rf"({_OWNER})/([A-Za-z0-9._-]+)")
_SCP = re.compile(r"([A-Za-z0-9._-]+@)?([A-Za-z0-9.-]{2,}):(?!//)([^:]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SCHEMES = ("https", "http", "ssh", "file")
_FORMS = "owner/name, an https, ssh or file URL, or the path (./x or /x) of a git repository"


@dataclass(frozen=True, slots=True)
class ProjectSource:
    """Where a project is: in a folder, or from a git repository, there at a commit or as it is by default."""

    name: str
    folder: Path | None = None
    url: str | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectListing:
    """The projects of a corpus, each time it is iterated over anew; none is held in memory.

    `total` is None where it is not known beforehand. `notes` say what the user needs to know about the list.
    """

    start: Callable[[], Iterator[ProjectSource]]
    total: int | None = None
    notes: tuple[Note, ...] = ()

    def __iter__(self) -> Iterator[ProjectSource]:
        return self.start()

    def first(self, count: int | None) -> ProjectListing:
        """The first so many of the projects; None for all of them."""
        if count is None:
            return self
        total = None if self.total is None else min(count, self.total)
        return ProjectListing(lambda: islice(self.start(), count), total, self.notes)


def listing_of(path: Path, *, leave_out: Collection[Path] = ()) -> ProjectListing:
    """The projects of a folder, or of a CSV file.

    Raises
    ------
    NotFound
        There is nothing at `path`.
    UsageError
        The CSV file has faults.
    """
    if path.is_dir():
        return ProjectListing(lambda: projects_below(path, leave_out=leave_out))
    return projects_in(path)


def projects_below(folder: Path, *, leave_out: Collection[Path] = ()) -> Iterator[ProjectSource]:
    """Take each folder in `folder` as a project, in alphabetical order.

    A git repository is one project, whatever it contains. A folder that has no files of its own and holds git
    repositories (``owner/name``) is looked into, down to three levels. Links are not followed, hidden folders are
    skipped.

    Parameters
    ----------
    folder : Path
        Where the projects lie.
    leave_out : collection of Path
        Folders that are not projects, such as the one that the results go to.

    Raises
    ------
    NotFound
        `folder` is not a folder, or cannot be read.
    """
    others = {os.path.realpath(p) for p in leave_out}
    try:
        names = _subfolders(folder)
    except OSError as error:
        raise NotFound(
            f"{folder} cannot be listed: {error.strerror}", hint="Name a folder that has projects in it, or a CSV file."
        ) from error
    yield from _projects(folder, "", names, LEVELS, others)


def _projects(folder: Path, prefix: str, names: list[str], levels: int, leave_out: set[str]) -> Iterator[ProjectSource]:
    for name in names:
        path = folder / name
        if os.path.realpath(path) in leave_out:
            continue
        if levels > 1 and _only_holds_repositories(path, levels - 1):
            yield from _projects(path, f"{prefix}{name}/", _subfolders(path), levels - 1, leave_out)
        else:
            yield ProjectSource(prefix + name, folder=path)


def _only_holds_repositories(folder: Path, levels: int) -> bool:
    """Whether it has folders only, and a git repository within so many levels."""
    try:
        if is_repository(folder) or _has_files(folder):
            return False
        below = [folder / name for name in _subfolders(folder)]
    except OSError:
        return False  # a project of which the audit will say that it cannot be read
    return any(is_repository(p) for p in below) or (
        levels > 1 and any(_only_holds_repositories(p, levels - 1) for p in below)
    )


def _has_files(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(not e.name.startswith(".") and not e.is_dir(follow_symlinks=False) for e in entries)


def is_repository(folder: Path) -> bool:
    """Whether a folder is the work tree of a git repository."""
    mark = folder / ".git"
    try:
        return mark.is_file() or (mark / "HEAD").exists()  # a file in worktrees and submodules
    except OSError:
        return False


def _subfolders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not e.name.startswith(".") and e.is_dir(follow_symlinks=False))


def projects_in(path: Path) -> ProjectListing:
    """Read the list of a CSV file with the columns ``repository`` and, if commits are given, ``commit``.

    Parameters
    ----------
    path : Path
        The file, in UTF-8. `repository` is ``owner/name`` on GitHub, a URL (https, ssh, file, ``git@host:path``), or
        a path that starts with ``/``, ``./`` or ``../``, from the file's own folder. `commit` is a full commit id;
        where it is empty, the repository's default is used. Other columns are ignored.

    Raises
    ------
    NotFound
        There is no such file, or it cannot be read.
    UsageError
        Once, naming every fault with its line.
    """
    faults: list[str] = []
    first_lines: dict[int, int] = {}
    repeated: list[str] = []
    for line, row in _rows(path, faults):
        source = _source_of(row, path.parent, line, faults)
        if source is None:
            continue
        key = _key(source)
        if key in first_lines:
            repeated.append(f"{source.name} (lines {first_lines[key]} and {line})")
        first_lines.setdefault(key, line)
    if faults:
        raise UsageError(
            f"{path} has {len(faults)} fault{'s' * (len(faults) > 1)}: " + _few(faults),
            hint=f"Each line names a repository ({_FORMS}) and, optionally, a full commit id.",
        )
    notes = (Note("repeated-projects", {"projects": _few(repeated)}),) if repeated else ()
    return ProjectListing(lambda: _unique(path), len(first_lines), notes)


def _few(texts: list[str]) -> str:
    more = f"; and {len(texts) - _MANY} more" if len(texts) > _MANY else ""
    return "; ".join(texts[:_MANY]) + more


def _unique(path: Path) -> Iterator[ProjectSource]:
    seen: set[int] = set()
    for line, row in _rows(path, []):
        source = _source_of(row, path.parent, line, [])
        if source is not None and _key(source) not in seen:
            seen.add(_key(source))
            yield source


def _key(source: ProjectSource) -> int:
    url = source.url or ""
    return hash((url.lower() if url.startswith(GITHUB) else url, source.commit))


def _rows(path: Path, faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with the line on which each ends."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            names = _header(reader, faults)
            while "repository" in names:
                try:
                    fields = next(reader)
                except StopIteration:
                    break
                except csv.Error as error:
                    faults.append(f"line {reader.line_num}: {error}")
                    continue
                if fields:
                    yield reader.line_num, dict(zip(names, (f.strip() for f in fields), strict=False))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not in UTF-8: {error.reason}", hint="Save it as CSV in UTF-8.") from error
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}", hint="Name a CSV file or a folder.") from error


def _header(reader: Iterator[list[str]], faults: list[str]) -> list[str]:
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        faults.append(f"line 1: {error}")
        return []
    if "repository" not in names:
        faults.append(f"line 1: expected a column `repository`, found {', '.join(names)[:200] or 'nothing'}")
    return names


def _source_of(row: dict[str, str], base: Path, line: int, faults: list[str]) -> ProjectSource | None:
    repository, commit = row.get("repository", ""), row.get("commit", "").lower()
    source = None
    try:
        name, url = parse_repository(repository, base=base)
        source = ProjectSource(name, url=url, commit=commit or None)
    except ValueError as error:
        faults.append(f"line {line}: {error}")
    if commit and not _COMMIT.fullmatch(commit):
        faults.append(f"line {line}: expected a commit of 40 or 64 hexadecimal digits, found {commit[:80]!r}")
        return None
    return source


def parse_repository(text: str, *, base: Path) -> tuple[str, str]:
    """The project's name and the URL of what is written in the column ``repository``.

    Raises
    ------
    ValueError
        It has none of the forms, or is not safe to pass to git.
    """
    shown = repr(text[:120])
    if not text:
        raise ValueError("the repository is missing")
    if re.search(r"[\x00-\x20\x7f]", text) and not text.startswith(("/", "./", "../", "file:")):
        raise ValueError(f"{shown} has blanks or control characters in it")
    if re.search(r"[\x00-\x1f\x7f]", text) or text.startswith("-") or "::" in text:
        raise ValueError(f"{shown} is not a repository; expected {_FORMS}")
    on_github = _ON_GITHUB.fullmatch(text)
    if on_github:
        owner, name = on_github[1], on_github[2].removesuffix(".git")
        if name in {"", ".", ".."}:
            raise ValueError(f"{shown} is not a repository; expected {_FORMS}")
        return f"{owner}/{name}", f"{GITHUB}/{owner}/{name}"
    if text.startswith(("/", "./", "../")) or (os.name == "nt" and Path(text).is_absolute()):
        path = Path(os.path.normpath(base.absolute() / text))
        return _name_of_path(path, base), path.as_uri()
    if "://" in text:
        return _parse_url(text, shown, base)
    at_host = _SCP.fullmatch(text)
    if at_host:
        return _name_at(at_host[2], at_host[3], shown), text
    raise ValueError(f"{shown} is not a repository; expected {_FORMS}")


def _parse_url(text: str, shown: str, base: Path) -> tuple[str, str]:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError as error:
        raise ValueError(f"{shown} is not a URL: {error}") from error
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"{shown} has the scheme {parts.scheme!r}; expected one of {', '.join(_SCHEMES)}")
    if parts.scheme == "file":
        if host not in {"", "localhost"}:
            raise ValueError(f"{shown} is a file on another machine")
        path = Path(os.path.normpath(unquote(parts.path)))
        return _name_of_path(path, base), path.as_uri()
    if parts.password or (parts.username and parts.scheme != "ssh"):
        raise ValueError(f"a URL of {host} has credentials in it; they do not belong in a list")
    if not host or host.startswith("-"):
        raise ValueError(f"{shown} names no host")
    name = _name_at(host, parts.path, shown)
    if parts.scheme == "https" and _is_github(host) and _ON_GITHUB.fullmatch(name):
        return name, f"{GITHUB}/{name}"  # one spelling, so that a repository named in two ways is found to be one
    return name, text


def _name_at(host: str, path: str, shown: str) -> str:
    pieces = [p for p in unquote(path).split("/") if p]
    if not pieces or any(p in {".", ".."} or "\0" in p or "\\" in p for p in pieces):
        raise ValueError(f"{shown} names no repository on {host}")
    name = "/".join(pieces).removesuffix(".git")
    return name if _is_github(host) and _ON_GITHUB.fullmatch(name) else f"{host.lower()}/{name}"


def _is_github(host: str) -> bool:
    return host.lower() in {"github.com", "www.github.com"}


def _name_of_path(path: Path, base: Path) -> str:
    """The path from the list's own folder where it lies in it, else from the root."""
    top = base.absolute()
    inner = path.relative_to(top) if path.is_relative_to(top) else path.relative_to(path.anchor)
    return inner.as_posix().removesuffix(".git").removesuffix("/") or path.name
