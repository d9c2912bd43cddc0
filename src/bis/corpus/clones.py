"""Clones of the projects of a list: of one commit each, some made ahead of the audit."""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from bis.corpus.git_client import GitRunner
from bis.corpus.projects import ProjectSource
from bis.errors import StorageError
from bis.model.project_audit import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AHEAD = 4
CLONE = "clone"  # the kind of the problems reported by this module
_ELSEWHERE = "_elsewhere"  # no owner on GitHub has this name
_LONGEST_NAME = 150
_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_URL = re.compile(r"(?:https?|ssh|file)://[^\x00-\x20].*|(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]+:[^:-][^:]*")
# What servers say that do not hand out any commit by its id, each version of git's protocol in its own words.
_REFUSED = ("unadvertised object", "not our ref", "allow request for")


@dataclass(frozen=True, slots=True)
class Ready:
    """A project whose folder is there, or the problem that it is not."""

    source: ProjectSource
    folder: Path | Problem


def clone(source: ProjectSource, into: Path, *, timeout_s: float, git: GitRunner | None = None) -> Path | Problem:
    """Have a project's repository below a folder, at its commit; what is there already is not fetched again.

    Parameters
    ----------
    source : ProjectSource
        With `url`, and `commit` or None for what the repository shows by default.
    into : Path
        The folder for all clones; made where it is absent.
    timeout_s : float
        For all of it, in seconds.
    git : GitRunner, optional
        By which it can be stopped from another thread.

    Returns
    -------
    Path or Problem
        The clone, complete: an unfinished one lies under a hidden name and is started again the next time.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    fault = _fault(source)
    if fault:
        return Problem("", CLONE, fault)
    place = into / _place(source)
    places = (place, place.with_name(f"{place.name}@{source.commit[:12]}")) if source.commit else (place,)
    try:
        for candidate in places:
            if _is_at(candidate, source.commit):
                return candidate
        part = place.with_name(f".{place.name}@{(source.commit or 'default')[:12]}.part")
        if part.exists():
            shutil.rmtree(part)
        part.mkdir(parents=True)
        said = _fetch(git or GitRunner(), source, part, time.monotonic() + timeout_s)
        if said:
            shutil.rmtree(part, ignore_errors=True)
            return Problem("", CLONE, said)
        for candidate in places:
            if _renamed(part, candidate):
                return candidate
        shutil.rmtree(part)
    except OSError as error:
        raise StorageError(f"{place} cannot be written: {error.strerror or error}") from error
    return Problem("", CLONE, f"{places[-1]} is in the way; it is not a clone at the requested commit")


def _renamed(part: Path, target: Path) -> bool:
    """Give a complete clone its name, if that is free: another commit may have taken it, in another thread."""
    try:
        part.rename(target)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
            return False
        raise
    return True


def _fault(source: ProjectSource) -> str:
    """Why this must not be handed to git; empty where it may."""
    if not source.url or not _URL.fullmatch(source.url) or "::" in source.url:
        return f"its address is not the URL of a git repository: {(source.url or '')[:200]!r}"
    if source.commit is not None and not _HEX.fullmatch(source.commit):
        return f"expected a full commit id, found {source.commit[:80]!r}"
    pieces = source.name.split("/")
    if "\0" in source.name or "\\" in source.name or any(p in {"", ".", ".."} for p in pieces):
        return f"its name leads out of the folder for clones: {source.name[:200]!r}"
    return ""


def _place(source: ProjectSource) -> Path:
    """Where it goes: ``owner/name`` for GitHub; for others one folder, as no clone may lie within another."""
    pieces = [quote(p, safe="@+, ") for p in source.name.split("/")]
    if len(pieces) == 2 and re.match(r"https://github\.com/", source.url or ""):
        return Path(*pieces)
    joined = "+".join(pieces)
    if len(joined) > _LONGEST_NAME:
        joined = f"{joined[:_LONGEST_NAME]}-{hashlib.sha256(joined.encode()).hexdigest()[:16]}"
    return Path(_ELSEWHERE, joined)


def _is_at(folder: Path, commit: str | None) -> bool:
    """Whether a clone is there, at that commit: its HEAD says so, and it was given its name when it was complete."""
    try:
        head = (folder / ".git" / "HEAD").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return bool(_HEX.fullmatch(head)) and commit in {None, head}


def _fetch(git: GitRunner, source: ProjectSource, folder: Path, deadline: float) -> str:
    """Fetch and check out; what went wrong, or nothing."""

    def run(*arguments: str) -> str:
        return git.run(arguments, cwd=folder, timeout_s=deadline - time.monotonic()).error

    wanted = source.commit or "HEAD"
    object_format = ("--object-format=sha256",) if len(wanted) == 64 else ()
    said = run("init", "--quiet", "--template=", *object_format) or run("remote", "add", "origin", source.url or "")
    if said:
        return f"a repository cannot be created: {said}"
    said = run("fetch", "--quiet", "--depth=1", "--no-tags", "origin", wanted)
    if said and source.commit and any(words in said for words in _REFUSED):
        # The whole history holds the commit if any branch or tag leads to it.
        said = run("fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        if not said and run("cat-file", "-e", f"{source.commit}^{{commit}}"):
            return f"the repository has no commit {source.commit}"
    if said:
        return f"it cannot be fetched: {said}"
    said = run("checkout", "--quiet", "--force", "--detach", source.commit or "FETCH_HEAD")
    return f"it cannot be checked out: {said}" if said else ""


class Intake:
    """Projects as they become ready: folders at once, repositories when they are cloned, some at a time.

    Parameters
    ----------
    sources : iterator of ProjectSource
        Read only as far as needed.
    into : Path
        The folder for clones.
    timeout_s : float
        For each clone, in seconds.
    wake : callable
        Called from other threads whenever a clone has ended.
    ahead : int
        How many clones are at most under way or waiting to be taken.
    """

    def __init__(
        self,
        sources: Iterator[ProjectSource],
        into: Path,
        *,
        timeout_s: float,
        wake: Callable[[], None],
        ahead: int = AHEAD,
    ) -> None:
        self._sources = sources
        self._into = into
        self._timeout_s = timeout_s
        self._wake = wake
        self._ahead = ahead
        self._git = GitRunner()
        self._threads = ThreadPoolExecutor(ahead, thread_name_prefix="bis-clone")
        self._cloning: dict[Future[Path | Problem], ProjectSource] = {}
        self._drained = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._drained and not self._cloning

    def take(self) -> Ready | None:
        """The next project that is ready; None where none is at the moment."""
        while not self._drained and len(self._cloning) < self._ahead:
            source = next(self._sources, None)
            if source is None:
                self._drained = True
            elif source.folder is not None:
                return Ready(source, source.folder)
            else:
                future = self._threads.submit(clone, source, self._into, timeout_s=self._timeout_s, git=self._git)
                self._cloning[future] = source
                future.add_done_callback(lambda _future: self._wake())
        for future, source in self._cloning.items():
            if future.done():
                del self._cloning[future]
                return Ready(source, future.result())
        return None

    def close(self) -> None:
        """Stop what is under way."""
        self._git.end()
        self._threads.shutdown(wait=True, cancel_futures=True)
