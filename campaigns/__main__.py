"""``make campaign``: faults, malformed input and concurrency, for as long as is given; then the table of it.

Every trial has a seed by which ``python -m campaigns --repeat SEED`` repeats it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns.call_faults import why_not_here
from campaigns.kinds import FAULTS, INPUTS, KINDS, RUNS, Kind
from campaigns.page import rewritten
from campaigns.trials import Tally, Trial, tally_of, trial_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
OUT = ROOT / "campaigns" / "out"
PAGE = ROOT / "docs" / "reliability.md"
_GRACE_S = 180.0


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
        why = why_not_here() if kind.calls else ""
        if why:
            tally.skipped = why
            continue
        until = started + given.minutes * 60 * _end_of(name, chosen)
        _run(name, wanted, tally, seed=given.seed, jobs=given.jobs, until=until, per_group=given.per_group)
        print(_line(tally), flush=True)
        OUT.mkdir(exist_ok=True)
        (OUT / f"{name}.json").write_text(tally.text(), encoding="utf-8")
    if given.page:
        kept = {path.stem: tally_of(path.read_text(encoding="utf-8")) for path in OUT.glob("*.json")}
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")
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
        "--page", action="store_true", help="write the tables of docs/reliability.md, of all results in campaigns/out"
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


def _command(name: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "campaigns.worker", name, *options]


def _run(name: str, wanted: int, tally: Tally, *, seed: int, jobs: int, until: float, per_group: int | None) -> None:
    """Run the workers of a kind, and count their trials."""
    jobs = 1 if KINDS[name].counts == RUNS or wanted < 2 * jobs else jobs
    started = time.monotonic()
    lock = threading.Lock()

    def work(number: int) -> None:
        more = [] if per_group is None else ["--per-group", str(per_group)]
        count = wanted // jobs + (number < wanted % jobs)
        command = _command(
            name,
            "--first",
            str(seed + number),
            "--stride",
            str(jobs),
            "--count",
            str(count),
            "--until",
            str(until),
            *more,
        )
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            watchdog = threading.Timer(max(until - time.time(), 0) + _GRACE_S, process.kill)
            watchdog.start()
            said: list[str] = []
            reader = threading.Thread(target=lambda: said.append(process.stderr.read()[-2000:]))  # type: ignore[union-attr]
            reader.start()
            assert process.stdout is not None
            last = ""
            for line in process.stdout:
                trial = trial_of(line)
                last = trial.seed
                with lock:
                    tally.add(trial)
            code = process.wait()
            watchdog.cancel()
            reader.join()
            if code:
                what = f"the worker ended with {code}, after {last or 'no trial'}"
                with lock:
                    tally.add(Trial(name, last or f"{name}:{seed + number}:0", what, (said[0][-1500:],)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.seconds = time.monotonic() - started


def _line(tally: Tally) -> str:
    return f"{tally.kind:<11} {tally.tried:>9} tried {tally.held:>9} held {tally.seconds:>7.0f} s"


def _repeat(seed: str) -> int:
    name, group, index = seed.split(":")
    runs = ("--count", "100") if KINDS[name].counts == RUNS else ()
    command = _command(name, "--first", group, "--only", index, *runs)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    found = [trial_of(line) for line in done.stdout.splitlines()]
    for trial in found:
        print(trial.seed, trial.what, *(f"  {b}" for b in trial.breaches), sep="\n")
    return 1 if done.returncode or any(t.breaches for t in found) else 0


if __name__ == "__main__":
    sys.exit(main())
