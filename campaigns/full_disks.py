"""A disk that is full, small or read-only from the start: the program runs as without bis, and bis says what is lost.

The home of bis is a small file system in memory, in a mount namespace of the trial's own; no privileges are needed.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

from bis.launch.sandbox.kernel_calls import mount, unshare
from campaigns.call_faults import watched
from campaigns.checks import message_breaches, program_breaches
from campaigns.launcher_faults import records
from campaigns.programs import MAIN, draw_program
from campaigns.scenes import command
from campaigns.trials import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.scenes import Scene

KIND = "full-disk"
PER_GROUP = 10
_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_READ_ONLY, _REMOUNT = 1, 32
_FREE_BYTES = (0, 0, 0, 4096, 8192, 16384, 32768, 65536, 131072)


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The trials of a group: one program, disks of all kinds; `only` one of them."""
    rng = random.Random(f"{KIND}:{group}")
    program = draw_program(rng)
    scene.reset(program)
    plain = scene.plain()
    for index in range(per_group):
        free = rng.choice((*_FREE_BYTES, -1, -2))
        warm = rng.random() < 0.7
        if only is not None and index != only:
            continue
        scene.reset(program, warm_home=False)
        what = {-1: "a read-only disk", -2: "a disk without free inodes", 0: "a full disk"}.get(
            free, f"{free} bytes free"
        )
        out, err = scene.base / "out", scene.base / "err"
        for stream in (out, err):
            stream.unlink(missing_ok=True)
        done = watched(lambda free=free, warm=warm: _on_disk(scene, free, warm=warm), out, err, (), None)  # type: ignore[misc]
        breaches = [*program_breaches(plain, done, scene.written(), killed=False), *message_breaches(b"")]
        says = [line for line in done.err.splitlines() if line.startswith(b"bis:") and b"being stored" not in line]
        if not says and not records(scene):
            breaches.append(f"nothing was recorded, and nothing says so: {done.err[-300:]!r}")
        if free <= 0 and not says:
            breaches.append("bis does not say that the disk is full")
        if done.code == 70:
            breaches.append("it ended with 70")
        yield Trial(
            KIND, f"{KIND}:{group}:{index}", what + ("" if warm else ", before anything was recorded"), tuple(breaches)
        )


def _on_disk(scene: Scene, free: int, *, warm: bool) -> int:
    """`bis run` with its home on such a disk, then, once there is space, `bis store`."""
    user, group = os.getuid(), os.getgid()
    unshare(_NEW_USER | _NEW_MOUNTS)
    Path("/proc/self/setgroups").write_text("deny", encoding="utf-8")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="utf-8")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="utf-8")
    inodes = ",nr_inodes=4" if free == -2 else ""
    mount("tmpfs", str(scene.home), "tmpfs", 0, f"size=1m{inodes}")
    if warm:
        (scene.home / "injection").symlink_to(scene.kept / "injection")
    filler = scene.home / "filler"
    if free >= 0:
        with filler.open("wb", buffering=0) as file:
            file.write(bytes((1 << 20) - free))
    elif free == -2:
        filler.touch()
        (scene.home / "other").touch()
    else:
        mount("tmpfs", str(scene.home), "", _REMOUNT | _READ_ONLY, "")
    code = _in_fork(scene, ("run", "--no-wait", MAIN))
    if free == -1:
        mount("tmpfs", str(scene.home), "", _REMOUNT, "")
    filler.unlink(missing_ok=True)
    mount("tmpfs", str(scene.home), "", _REMOUNT, "size=64m")
    _in_fork(scene, ("store",), quiet=True)
    return code


def _in_fork(scene: Scene, arguments: tuple[str, ...], *, quiet: bool = False) -> int:
    pid = os.fork()
    if pid == 0:
        import sys

        code = 99
        try:
            if quiet:
                for number in (1, 2):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            code = command(arguments, scene.project, scene.environ())
            sys.stdout.flush()
        finally:
            os._exit(code & 255)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
