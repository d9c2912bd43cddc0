"""The commit and the years of a project's repository, without the repository's own configuration.

The few commits of a short history or a shallow clone are read here, which takes a tenth of what starting git does; git
reads the others. A repository's `.git/config` can name programs that git runs: it works in an empty folder made by bis,
and sees of the project the objects alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from bis._audit.files.commit_objects import commit_times
from bis.model.project_audit import Revision

_TIMEOUT_S = 20.0
_LONGEST_REF = 4096
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_NOTHING = Revision()


def read_revision(root: Path) -> Revision:
    """What git says about a project's folder; empty where it has no repository, or one that leads elsewhere."""
    git = root / ".git"
    objects = git / "objects"
    # A .git file, a link or alternates lead out of the project: not followed.
    if git.is_symlink() or not git.is_dir() or objects.is_symlink() or (objects / "info" / "alternates").exists():
        return _NOTHING
    commit = _head(git)
    if not commit:
        return _NOTHING
    first, last = _years(git, commit)
    return Revision(commit, first, last)


def head_of(root: Path) -> str:
    """What decides over what `read_revision` says, without asking git: the commit, and where its history ends."""
    git = root / ".git"
    if git.is_symlink() or not git.is_dir():
        return ""
    shallow = git / "shallow"
    return f"{_head(git)}:{shallow.stat().st_mtime_ns if shallow.is_file() and not shallow.is_symlink() else 0}"


def _head(git: Path) -> str:
    head = _line_of(git / "HEAD")
    if _COMMIT.fullmatch(head):
        return head
    name = head.removeprefix("ref: ").strip()
    if not re.fullmatch(r"refs/[\w./+@-]+", name) or ".." in name:
        return ""
    loose = _line_of(git / name)
    if _COMMIT.fullmatch(loose):
        return loose
    packed = git / "packed-refs"
    if not packed.is_file() or packed.is_symlink():
        return ""
    with packed.open(encoding="utf-8", errors="replace") as lines:
        found = next((line.split(" ")[0] for line in lines if line.rstrip("\n").endswith(f" {name}")), "")
    return found if _COMMIT.fullmatch(found) else ""  # anything else could be an option of git


def _line_of(file: Path) -> str:
    try:
        if file.is_symlink() or not file.is_file():
            return ""
        with file.open("rb") as content:
            return content.read(_LONGEST_REF).decode("ascii", "replace").strip()
    except OSError:
        return ""


def _years(git: Path, commit: str) -> tuple[int, int]:
    shallow = git / "shallow"
    ends = shallow if shallow.is_file() and not shallow.is_symlink() else None
    times = commit_times(git / "objects", commit, _lines_of(ends))
    if times is None:
        times = _asked(git / "objects", commit, ends)
    if not times:
        return 0, 0
    years = [datetime.fromtimestamp(t, timezone.utc).year for t in (min(times), max(times))]
    return years[0], years[1]


def _lines_of(file: Path | None) -> frozenset[str]:
    try:
        return frozenset(file.read_bytes().decode("ascii", "replace").split() if file is not None else ())
    except OSError:
        return frozenset()


def _asked(objects: Path, commit: str, ends: Path | None) -> list[int]:
    """When the commits were made, as git says it; nothing where it cannot."""
    with tempfile.TemporaryDirectory(prefix="bis-git-") as folder:
        empty = Path(folder)
        (empty / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        for name in ("refs", "objects"):
            (empty / name).mkdir()
        environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "GIT_DIR": folder,
            "GIT_OBJECT_DIRECTORY": str(objects.absolute()),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "LC_ALL": "C",
        }
        if ends is not None:
            environ["GIT_SHALLOW_FILE"] = str(ends.absolute())
        command = ["git", "--no-pager", "--no-replace-objects", "log", "--format=%ct", "--max-count=100000", commit]
        try:
            done = subprocess.run(
                command, env=environ, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=_TIMEOUT_S, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return []
    return [int(t) for t in done.stdout.split() if t.isdigit() and len(t) < 12]
