"""Having a stranger's project here: cloned from a URL or a bundle, or a folder, at a commit; and copies to run."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bis.corpus.clones import clone
from bis.corpus.git_client import GitRunner
from bis.corpus.projects import ProjectSource, is_repository, parse_repository
from bis.errors import StorageError, UsageError
from bis.model.project_audit import Problem

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_AT = re.compile(r"(?P<before>.+)@(?P<revision>[A-Za-z0-9][\w./+-]*)")
_BUNDLE = (b"# v2 git bundle", b"# v3 git bundle")
# What is made on one machine for itself, and is of no use in another place.
_NOT_COPIED = ("__pycache__", ".venv", "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache")


@dataclass(frozen=True, slots=True)
class AskedProject:
    """What the user named: a `path` (folder or bundle), or a `url`; and a revision of it, empty for the default."""

    name: str
    path: Path | None = None
    url: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Obtained:
    """A project that is here: `folder` is only read. `committed_unix_s` is None where it has no commit."""

    folder: Path
    commit: str = ""
    committed_unix_s: float | None = None
    dirty: bool = False


def asked_project(text: str, *, base: Path) -> AskedProject:
    """What a command line names: a folder, a git bundle, ``owner/name``, or a URL, each with ``@revision`` or without.

    Raises
    ------
    UsageError
        It is none of them.
    """
    match = _AT.fullmatch(text)
    path = base / text
    if path.exists():
        return AskedProject(path.resolve().name, path=path.resolve())
    if match and (base / match["before"]).exists():
        path = (base / match["before"]).resolve()
        return AskedProject(path.name, path=path, revision=match["revision"])
    if _is_path(text):
        raise UsageError(
            f"{text!r} is neither a folder nor a git bundle on this machine",
            hint="Check the path. A repository elsewhere is named by owner/name on GitHub, or by a URL.",
        )
    # Of git@host:path the first "@" is no revision.
    split = match and not re.fullmatch(r"[\w.-]+", match["before"])
    before, revision = (match["before"], match["revision"]) if match and split else (text, "")
    try:
        name, url = parse_repository(before, base=base)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is neither a folder or git bundle here nor a repository: {error}",
            hint="Name a folder, a bundle, owner/name on GitHub, or a URL; add @COMMIT for one commit.",
        ) from error
    return AskedProject(name, url=url, revision=revision)


def _is_path(text: str) -> bool:
    """Whether what is named can only be a place on this machine."""
    begins = text.startswith(("/", "./", "../", "~", ".\\", "..\\")) or text in {".", ".."}
    return begins or bool(re.match(r"[A-Za-z]:[\\/]", text)) or (text.endswith(".bundle") and "://" not in text)


def is_bundle(path: Path) -> bool:
    """Whether a file is a git bundle, by its first line."""
    try:
        with path.open("rb") as file:
            return file.read(15) in _BUNDLE
    except OSError:
        return False


def obtain(asked: AskedProject, into: Path, *, timeout_s: float) -> Obtained | Problem:
    """Have the project below a folder, which is its own; what lies there of it already is used again.

    Parameters
    ----------
    asked : AskedProject
        What the user named.
    into : Path
        The folder for it.
    timeout_s : float
        For all of it, in seconds.

    Returns
    -------
    Obtained or Problem
        The problem is that of git, word for word.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    deadline = time.monotonic() + timeout_s
    git = GitRunner()
    if asked.path is not None and asked.path.is_file():
        if not is_bundle(asked.path):
            return Problem("", "clone", f"{asked.path.name} is no git bundle")
        return _from_bundle(asked, into, git, deadline)
    if asked.path is not None and not asked.revision and not is_bare(asked.path):
        return described(asked.path, git=git)
    if asked.path is not None:
        asked = replace(asked, url=asked.path.as_uri())
    revision = asked.revision
    if revision and not _COMMIT.fullmatch(revision):
        found = _resolved(asked.url, revision, git, into, deadline)
        if isinstance(found, Problem):
            return found
        revision = found
    source = ProjectSource(asked.name, url=asked.url, commit=revision or None)
    made = clone(source, into, timeout_s=deadline - time.monotonic(), git=git)
    return made if isinstance(made, Problem) else described(made, git=git)


def is_bare(path: Path) -> bool:
    """Whether a folder is a git directory without a work tree."""
    return all((path / part).exists() for part in ("HEAD", "objects", "refs")) and not is_repository(path)


def described(folder: Path, *, git: GitRunner | None = None) -> Obtained:
    """A project's folder with its commit, the time of that, and whether anything in it was changed since."""
    if not is_repository(folder):
        return Obtained(folder)
    runner = git or GitRunner()
    said = runner.run(("log", "-1", "--format=%H %ct"), cwd=folder, timeout_s=60)
    commit, _blank, seconds = said.out.strip().partition(" ")
    if said.error or not seconds.isdecimal():
        return Obtained(folder)
    changes = runner.run(("status", "--porcelain", "--untracked-files=no"), cwd=folder, timeout_s=60)
    return Obtained(folder, commit, float(seconds), bool(changes.out.strip()))


def _resolved(url: str, revision: str, git: GitRunner, into: Path, deadline: float) -> str | Problem:
    """The commit of a branch or tag, as the repository's server has it."""
    into.mkdir(parents=True, exist_ok=True)
    said = git.run(("ls-remote", "--", url), cwd=into, timeout_s=deadline - time.monotonic())
    if said.error:
        return Problem("", "clone", f"it cannot be fetched: {said.error}")
    found = {name: commit for commit, tab, name in (line.partition("\t") for line in said.out.splitlines()) if tab}
    # An annotated tag is an object of its own, and what it points to is listed after it.
    for name in (f"refs/heads/{revision}", f"refs/tags/{revision}^{{}}", f"refs/tags/{revision}"):
        if name in found:
            return found[name]
    return Problem("", "clone", f"the repository has no branch or tag {revision}; a commit is named by its full id")


def _from_bundle(asked: AskedProject, into: Path, git: GitRunner, deadline: float) -> Obtained | Problem:
    """A clone of a bundle, with all that it has: there is no server to ask for one commit."""
    assert asked.path is not None
    place = into / folder_name(asked.name)
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.mkdir(parents=True)
    except OSError as error:
        raise StorageError(f"{place} cannot be written: {error.strerror or error}") from error

    def run(*arguments: str) -> str:
        return git.run(arguments, cwd=place, timeout_s=deadline - time.monotonic()).error

    source = str(asked.path)
    refs = ("+HEAD:refs/bis/head", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    said = run("init", "--quiet", "--template=") or run("fetch", "--quiet", source, *refs)
    if said:  # a bundle need not have a HEAD
        said = run("fetch", "--quiet", source, *refs[1:])
    if said:
        return Problem("", "clone", f"it cannot be fetched: {said}")
    wanted = [asked.revision, f"origin/{asked.revision}"] if asked.revision else ["refs/bis/head", "origin/main"]
    problems = [run("checkout", "--quiet", "--force", "--detach", one) for one in wanted]
    if all(problems):
        return Problem("", "clone", f"it cannot be checked out: {problems[0]}")
    return described(place, git=git)


def fresh_copy(folder: Path, into: Path) -> Path:
    """A copy of a project's folder as it is, uncommitted changes and data included: programs run in that.

    Raises
    ------
    StorageError
        It cannot be copied.
    """
    shutil.rmtree(into, ignore_errors=True)
    try:
        shutil.copytree(folder, into, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    except shutil.Error as error:
        raise StorageError(f"{folder} cannot be copied to {into}: {error.args[0][0][2]}") from error
    except OSError as error:
        raise StorageError(f"{folder} cannot be copied to {into}: {error.strerror or error}") from error
    return into


def folder_name(name: str) -> str:
    """A project's name as that of a folder."""
    return re.sub(r"[^\w.+-]+", "-", name).strip("-.") or "project"
