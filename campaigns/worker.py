"""One process of a campaign: trials of one kind, group after group, each printed as a line of JSON."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from campaigns.kinds import KINDS, RUNS, Kind
from campaigns.scenes import Scene, commands_in_forks
from campaigns.trials import Trial
from campaigns.worker_process import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_FAILED_GROUPS = 5  # of a campaign that is broken itself, these are enough


def main(arguments: list[str] | None = None) -> int:
    """Make trials until there were enough of each kind, or the time is up."""
    parser = argparse.ArgumentParser(prog="python -m campaigns.worker")
    parser.add_argument("kinds", nargs="+", choices=sorted(KINDS))
    parser.add_argument("--first", type=int, default=0, help="the first group")
    parser.add_argument("--stride", type=int, default=1, help="from one group to the next")
    parser.add_argument(
        "--count", type=int, nargs="+", default=[1], help="trials of each kind; of concurrent ones, runs"
    )
    parser.add_argument("--per-group", type=int, default=None)
    parser.add_argument("--only", type=int, default=None, help="this trial of the first group alone")
    parser.add_argument("--until", type=float, default=float("inf"), help="when to stop, in seconds since the epoch")
    given = parser.parse_args(arguments)
    base = Path(os.environ.get(VARIABLE) or tempfile.mkdtemp(prefix="bis-campaign-")).resolve()
    signal.signal(signal.SIGTERM, _stop)  # servers are ended then, too
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what else is printed here is no trial
    try:
        scene = _scene(base, [KINDS[name] for name in given.kinds])
        for name, count in zip(given.kinds, given.count, strict=True):
            done = 0
            for trial in _trials(name, count, given, scene):
                answers.write(trial.line() + "\n")
                done += trial.count
                if time.time() > given.until or (done >= count and KINDS[name].counts != RUNS):
                    break
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return 0


def _stop(_number: int, _frame: object) -> NoReturn:
    sys.exit(1)


def _scene(base: Path, kinds: list[Kind]) -> Scene:
    scene = Scene(base)
    if any(kind.forks for kind in kinds):
        commands_in_forks()
        scene.prepare()
    environ = scene.environ()
    os.environ.clear()
    os.environ.update(environ)
    return scene


def _trials(name: str, count: int, given: argparse.Namespace, scene: Scene) -> Iterator[Trial]:
    module = import_module(f"campaigns.{KINDS[name].module}")
    at_once = KINDS[name].counts == RUNS  # one group, as large as is asked for
    per_group = count if at_once else given.per_group
    more = {} if per_group is None else {"per_group": per_group}
    if given.only is not None or at_once:
        yield from module.trials(scene, given.first, only=given.only, **more)
        return
    group = given.first
    failures = 0
    while failures < _MOST_FAILED_GROUPS:
        try:
            yield from module.trials(scene, group, **more)
        except Exception:  # noqa: BLE001 - what fails here is a fault of bis or of the campaign: either is to be seen
            failures += 1
            yield Trial(name, f"{name}:{group}:0", "the group", (traceback.format_exc()[-1500:],))
        with suppress(OSError):
            os.chdir(scene.base)
        group += given.stride


if __name__ == "__main__":
    sys.exit(main())
