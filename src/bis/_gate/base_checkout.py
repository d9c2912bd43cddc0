"""The base of a change: the commit at which a branch went off, in a folder of its own, and a program recorded there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bis._gate.import_paths import paths_in_copy, with_paths
from bis.config import tracking_uri_given
from bis.errors import ExecutionError, NotFound
from bis.evidence.store import EvidenceStore
from bis.model.base_commit import BaseCommit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GIT_TIMEOUT_S = 120
_LONGEST_MESSAGE = 500
# Set in git's hooks: they would lead git elsewhere.
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")


@contextmanager
def base_checkout(reference: str, cwd: Path) -> Iterator[BaseCommit]:
    """Check out the commit at which HEAD went off `reference`; it is taken away at the end.

    Raises
    ------
    NotFound
        There is no repository, or no such commit in it.
    """
    top = Path(_git(["rev-parse", "--show-toplevel"], cwd, f"{cwd} is in no git repository"))
    missing = f"{reference!r} is neither a run nor a commit of {top.name}"
    tip = _git(["rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}"], cwd, missing)
    commit = _git(["merge-base", tip, "HEAD"], cwd, f"{reference!r} and HEAD have no commit in common")
    with tempfile.TemporaryDirectory(prefix="bis-base-") as name:
        place = Path(name).resolve() / top.name
        _git(["worktree", "add", "--quiet", "--detach", str(place), commit], cwd, f"{commit} cannot be checked out")
        try:
            inner = cwd.resolve().relative_to(top.resolve())
            yield BaseCommit(commit, place / inner, paths_in_copy(sys.path, top.resolve(), place))
        finally:
            with suppress(NotFound):  # the folder goes in any case, and git forgets it by itself later on
                _git(["worktree", "remove", "--force", str(place)], cwd, f"{place} cannot be removed")


def record_base(base: BaseCommit, words: Sequence[str], *, tracking_uri: str | None) -> str | None:
    """Record a program of the checkout; its run, or None where it failed.

    Raises
    ------
    ExecutionError
        It could not be recorded at all.
    """
    uri = tracking_uri or tracking_uri_given() or EvidenceStore().tracking_uri
    environ = {**with_paths(os.environ, base.paths), "MLFLOW_TRACKING_URI": uri}
    done = subprocess.run(
        [sys.executable, "-m", "bis", "run", "--wait", "--json", *words],
        cwd=base.folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    try:
        recorded = json.loads(done.stdout)
        runs, problem = recorded["run_ids"], recorded["problem"]
    except (ValueError, KeyError, TypeError) as error:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[-_LONGEST_MESSAGE:]
        raise ExecutionError(f"{' '.join(words)} of commit {base.commit[:12]} cannot be recorded: {said}") from error
    if not runs:
        raise ExecutionError(f"{' '.join(words)} of commit {base.commit[:12]} was not recorded: {problem}")
    return str(runs[0]) if done.returncode == 0 else None


def _git(arguments: Sequence[str], cwd: Path, problem: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env={k: v for k, v in os.environ.items() if k not in _FOREIGN},
            capture_output=True,
            text=True,
            check=False,
            timeout=_GIT_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFound(f"{problem}: {error}", hint="Is git installed?") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.split())
        raise NotFound(
            f"{problem}{f': {said}' if said else ''}",
            hint="Continuous integration often fetches one commit only: fetch more (`fetch-depth: 0` on GitHub).",
        )
    return done.stdout.strip()
