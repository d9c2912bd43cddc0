"""Real git repositories to clone from."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_WHO = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    """Run git, and what it prints."""
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["git", *_WHO, *arguments], cwd=folder, env=environ, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make_repository(folder: Path, *versions: dict[str, str]) -> list[str]:
    """Make a bare repository with one commit for each version of its files; the commits."""
    work = folder.with_name(folder.name + ".work")
    work.mkdir(parents=True)
    git(work, "init", "--quiet", "--initial-branch=main")
    commits = []
    for number, files in enumerate(versions):
        for name, text in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_text(text, encoding="utf-8")
        git(work, "add", "--all", "--force")
        git(work, "commit", "--quiet", "--allow-empty", "--message", f"version {number}")
        commits.append(git(work, "rev-parse", "HEAD"))
    git(folder.parent, "clone", "--quiet", "--bare", str(work), str(folder))
    return commits
