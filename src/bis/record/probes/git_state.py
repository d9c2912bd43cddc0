"""What git knows of a project: commit, branch, remote, uncommitted change and untracked files."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from bis.evidence.redaction import strip_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TIMEOUT_S = 5.0
MAX_DIFF_BYTES = 5 << 20
_MAX_LIST_BYTES = 32 << 20
# Settings of the repository that would start other programs or wait for one.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.untrackedCache=keep", "-c", "core.quotePath=false")
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_EXTERNAL_DIFF", "GIT_PREFIX")


@dataclass(frozen=True, slots=True)
class GitFacts:
    """What was found; `tracked` and `untracked` are relative to `toplevel`, None where git could not list them."""

    toplevel: str = ""
    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    dirty: bool | None = None
    diff: str = ""
    tracked: tuple[str, ...] | None = None
    untracked: tuple[str, ...] | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    code: int
    out: bytes
    err: str
    cut: bool


def probe_git(
    toplevel: Path,
    *,
    environ: Mapping[str, str],
    secret_patterns: Sequence[str] = (),
    max_diff_bytes: int = MAX_DIFF_BYTES,
    timeout_s: float = TIMEOUT_S,
    program: str = "git",
) -> GitFacts:
    """Ask git, in four processes at once; whatever fails becomes a reason.

    Parameters
    ----------
    toplevel : Path
        The work tree, as `bis.launch.project_root.find_toplevel` gives it.
    environ : mapping
        The environment; variables that point git elsewhere are taken out.
    secret_patterns : sequence of str
        File names (globs) that the diff must not show.
    max_diff_bytes : int
        A larger uncommitted change is cut here, with a reason.
    timeout_s : float
        For all four together.
    program : str
        The name or path of git.
    """
    hidden = [f":(exclude,icase,glob)**/{pattern}" for pattern in secret_patterns]
    diff = [
        "diff",
        "HEAD",
        "--binary",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--no-renames",
        "--",
        ".",
        *hidden,
    ]
    commands = [
        (["rev-parse", "HEAD", "--abbrev-ref", "HEAD"], 1 << 16),
        (["config", "--get-regexp", r"^remote\..*\.url$"], 1 << 20),
        (["ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"], _MAX_LIST_BYTES),
        (diff, max_diff_bytes),
    ]
    try:
        head, remotes, listing, change = _ask(program, toplevel, commands, environ, timeout_s)
    except FileNotFoundError:
        return GitFacts(toplevel=str(toplevel), reasons=("git is not installed: commit and change are not known",))
    except OSError as exc:
        return GitFacts(toplevel=str(toplevel), reasons=(f"git cannot be started: {exc.strerror or exc}",))
    if listing.code != 0:
        return GitFacts(toplevel=str(toplevel), reasons=(_explain(listing, toplevel),))
    reasons: list[str] = []
    commit, branch = _read_head(head, toplevel, reasons)
    tracked, untracked = _read_listing(listing, reasons)
    text, dirty = _read_change(change, commit, tracked, max_diff_bytes, reasons)
    return GitFacts(
        toplevel=str(toplevel),
        commit=commit,
        branch=branch,
        remote=_read_remote(remotes),
        dirty=dirty,
        diff=text,
        tracked=tracked,
        untracked=untracked,
        reasons=tuple(reasons),
    )


def _ask(
    program: str, folder: Path, commands: list[tuple[list[str], int]], environ: Mapping[str, str], timeout_s: float
) -> list[_Answer]:
    """Run all commands side by side; output beyond a limit ends its process."""
    variables = {k: v for k, v in environ.items() if k not in _FOREIGN}
    # English messages; no lock taken in the user's index; no question asked.
    variables |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat"}
    running: list[tuple[subprocess.Popen[bytes], IO[bytes], int]] = []
    late = threading.Event()

    def stop() -> None:
        late.set()
        for process, _, _ in running:
            process.kill()

    timer = threading.Timer(timeout_s, stop)
    timer.daemon = True
    try:
        for arguments, limit in commands:
            errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `_collect` or below
            process = subprocess.Popen(
                [program, *_SAFE, *arguments],
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            running.append((process, errors, limit))
        timer.start()
        return [_collect(process, errors, limit, late) for process, errors, limit in running]
    finally:
        timer.cancel()
        for process, errors, _ in running:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
            errors.close()


def _collect(process: subprocess.Popen[bytes], errors: IO[bytes], limit: int, late: threading.Event) -> _Answer:
    assert process.stdout is not None
    out = process.stdout.read(limit + 1)
    cut = len(out) > limit
    if cut:
        process.kill()
    code = process.wait()
    errors.seek(0)
    message = errors.read(4096).decode("utf-8", "replace").strip()
    if late.is_set() and code != 0:
        message = "it took too long"
    return _Answer(0 if cut else code, out[:limit], message, cut)


def _explain(answer: _Answer, toplevel: Path) -> str:
    if "dubious ownership" in answer.err:
        return (
            f"git does not trust {toplevel}, which another user owns (safe.directory): commit and change are not known"
        )
    first = answer.err.splitlines()[0] if answer.err else f"exit code {answer.code}"
    return f"git could not read the repository: {first}"


def _read_head(answer: _Answer, toplevel: Path, reasons: list[str]) -> tuple[str | None, str | None]:
    lines = answer.out.decode("utf-8", "replace").split("\n")
    if answer.code == 0 and len(lines) >= 2:
        return lines[0], None if lines[1] == "HEAD" else lines[1]
    if "unknown revision" in answer.err or "ambiguous argument" in answer.err:
        reasons.append("the repository has no commit yet")
    else:
        reasons.append(_explain(answer, toplevel))
    return None, None


def _read_remote(answer: _Answer) -> str | None:
    remotes: dict[str, str] = {}
    for line in answer.out.decode("utf-8", "replace").splitlines():
        key, _, url = line.partition(" ")
        remotes.setdefault(key[len("remote.") : -len(".url")], url)
    if not remotes:
        return None
    return strip_credentials(remotes.get("origin") or remotes[min(remotes)])


def _read_listing(answer: _Answer, reasons: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tracked: dict[str, None] = {}  # a file in conflict is listed once for each side
    untracked: list[str] = []
    items = answer.out.split(b"\0")
    if answer.cut:
        items.pop()
        reasons.append(f"git lists more files than {_MAX_LIST_BYTES} bytes hold: the rest is not known")
    for item in items:
        if item[1:2] != b" ":
            continue
        name = os.fsdecode(item[2:])
        if item[:1] == b"?":
            untracked.append(name)
        elif item[:1] != b"S":  # skip-worktree: not checked out
            tracked[name] = None
    return tuple(tracked), tuple(untracked)


def _read_change(
    answer: _Answer, commit: str | None, tracked: tuple[str, ...], limit: int, reasons: list[str]
) -> tuple[str, bool | None]:
    if commit is None:
        return "", True if tracked else None
    if answer.code != 0:
        reasons.append(
            f"the uncommitted change is not known: {answer.err.splitlines()[0] if answer.err else 'no message'}"
        )
        return "", None
    if answer.cut:
        reasons.append(f"the uncommitted change is larger than {limit} bytes and was cut")
    # Bytes that are not UTF-8 (an old source file) show as escapes; the snapshot holds the file itself.
    return answer.out.decode("utf-8", "backslashreplace"), bool(answer.out)
