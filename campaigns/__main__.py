"""``make campaign``: faults, malformed input and concurrency, for as long as is given; then the table of it.

Every trial has a seed by which ``python -m campaigns --repeat SEED`` repeats it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns import call_faults, coverage_guided
from campaigns.kinds import FAULTS, INPUTS, KINDS, RUNS, Kind
from campaigns.page import rewritten
from campaigns.results import keep, kept
from campaigns.trials import Tally, Trial, trial_of
from campaigns.worker_process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
OUT = ROOT / "campaigns" / "out"
PAGE = ROOT / "docs" / "reliability.md"
_GRACE_S = 180.0
_KEEP_EACH_S = 30.0  # what was found is kept so often: a campaign that is ended has lost little


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the campaign; 1 where something did not hold."""
    given = _parser().parse_args(arguments)
    if given.repeat:
        return _repeat(given.repeat)
    counts = {FAULTS: given.faults, INPUTS: given.inputs, RUNS: given.runs}
    started = time.time()
    tallies = {}
    chosen = {name: kind for name, kind in KINDS.items() if counts[kind.counts] and name in (given.kind or KINDS)}
    for name, kind in chosen.items():
        wanted = min(round(counts[kind.counts] * kind.share), kind.most)
        tally = tallies[name] = Tally(name, datetime.now(timezone.utc).date().isoformat())
        if wanted < 1:
            continue
        tally.skipped = _why_not(kind)
        if not tally.skipped:
            until = started + given.minutes * 60 * _end_of(name, chosen)
            _run(name, wanted, tally, seed=given.seed, jobs=given.jobs, until=until, per_group=given.per_group)
        print(_line(tally), flush=True)
        keep(OUT, tally, given.seed)
    if given.page:
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), kept(OUT)), encoding="utf-8")
        print(f"written: {PAGE.relative_to(ROOT)}")
    failed = [t for tally in tallies.values() for t in tally.failed]
    for trial in failed[: given.show]:
        print(f"\n{trial.seed}  {trial.what}", *(f"  {b}" for b in trial.breaches), sep="\n")
    if len(failed) > given.show:
        print(f"\nand {len(failed) - given.show} more; --show {len(failed)} shows them all")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m campaigns", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=100, help="concurrent ones")
    parser.add_argument("--minutes", type=float, default=60.0, help="what is not done then is left")
    parser.add_argument("--seed", type=int, default=0, help="of the first group of each kind")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-group", type=int, default=None, help="trials of one program")
    parser.add_argument("--kind", action="append", choices=sorted(KINDS), help="only this kind; repeatable")
    parser.add_argument(
        "--page",
        action="store_true",
        help="write the tables of docs/reliability.md, of all results in campaigns/out: other seeds add up",
    )
    parser.add_argument("--show", type=int, default=20, help="how many of those that did not hold are shown")
    parser.add_argument("--repeat", metavar="SEED", help="repeat one trial: KIND:GROUP:INDEX")
    return parser


def _end_of(name: str, chosen: dict[str, Kind]) -> float:
    """Which part of the time has passed when a kind must be done: kinds come one after the other."""
    parts = {n: _PARTS[kind.counts] * min(kind.share + 0.05, 1) for n, kind in chosen.items()}
    names = list(parts)
    return sum(parts[n] for n in names[: names.index(name) + 1]) / sum(parts.values())


_PARTS = {FAULTS: 0.6, INPUTS: 0.3, RUNS: 0.1}


def _why_not(kind: Kind) -> str:
    """Why trials of a kind are not possible here; empty where they are."""
    if kind.calls and (why := call_faults.why_not_here()):
        return why
    return coverage_guided.why_not_here() if kind.guided else ""


def _command(name: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "campaigns.worker", name, *options]


def _run(name: str, wanted: int, tally: Tally, *, seed: int, jobs: int, until: float, per_group: int | None) -> None:
    """Run the workers of a kind, and count their trials."""
    jobs = 1 if KINDS[name].counts == RUNS or wanted < 2 * jobs else jobs
    more = [] if per_group is None else ["--per-group", str(per_group)]
    counting = _Counting(tally, seed)

    def work(number: int) -> None:
        count = wanted // jobs + (number < wanted % jobs)
        first, share = ("--first", str(seed + number), "--stride", str(jobs)), ("--count", str(count))
        process = WorkerProcess(_command(name, *first, *share, "--until", str(until), *more), ROOT)
        last = ""
        for line in process.lines(max(until - time.time(), 0) + _GRACE_S):
            trial = trial_of(line)
            last = trial.seed
            counting.add(trial)
        if process.code:
            what = f"the worker ended with {process.code}, after {last or 'no trial'}"
            counting.add(Trial(name, last or f"{name}:{seed + number}:0", what, (process.said[-1500:],)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counting.note_times()


class _Counting:
    """Counts the trials of all workers of a kind, and keeps what was counted so far."""

    def __init__(self, tally: Tally, seed: int) -> None:
        self._tally, self._seed = tally, seed
        self._lock = threading.Lock()
        self._started, self._processor_s = time.monotonic(), _children_s()
        self._kept = self._started

    def add(self, trial: Trial) -> None:
        with self._lock:
            self._tally.add(trial)
            if time.monotonic() - self._kept > _KEEP_EACH_S:
                self._kept = time.monotonic()
                self.note_times()
                keep(OUT, self._tally, self._seed)

    def note_times(self) -> None:
        self._tally.seconds = time.monotonic() - self._started
        self._tally.processor_s = _children_s() - self._processor_s


def _children_s() -> float:
    """Processor time of all processes that have ended, of those started here."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _line(tally: Tally) -> str:
    counts = f"{tally.tried:>9} tried {tally.held:>9} held"
    spent = f"{tally.seconds:>7.0f} s {tally.processor_s:>7.0f} s of a processor"
    return f"{tally.kind:<11} {f'not tried: {tally.skipped}' if tally.skipped else f'{counts} {spent}'}"


def _repeat(seed: str) -> int:
    name, group, index = seed.split(":")
    runs = ("--count", "100") if KINDS[name].counts == RUNS else ()
    process = WorkerProcess(_command(name, "--first", group, "--only", index, *runs), ROOT)
    found = [trial_of(line) for line in process.lines()]
    for trial in found:
        print(trial.seed, trial.what, *(f"  {b}" for b in trial.breaches), sep="\n")
    if process.code:
        print(process.said, file=sys.stderr)
    return 1 if process.code or any(t.breaches for t in found) else 0


if __name__ == "__main__":
    sys.exit(main())
