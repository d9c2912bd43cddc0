"""Malformed input that Atheris changes where a change reached code of bis that none had reached before.

A group is one reader. It runs in a process of its own, since Atheris must be there before what it observes is
imported, and ends the process that it is in. Its inputs are the same for a seed: one is repeated after those before it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from campaigns.trials import Trial, trial_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.readers import Reader
    from campaigns.scenes import Scene

KIND = "atheris"
PER_GROUP = 5000
_SEEDS = 60  # mutated examples, from which it begins
_LARGEST = 20_000
_TOLD_EACH = 500


@cache
def why_not_here() -> str:
    """Why inputs cannot be guided by coverage here; empty where they can."""
    if find_spec("atheris") is None:
        return "Atheris is not installed (pip install -e '.[campaign]')"
    done = subprocess.run([sys.executable, "-c", "import atheris"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "Atheris cannot be loaded here"


def trials(scene: Scene, group: int, *, only: int | None = None, per_group: int = PER_GROUP) -> Iterator[Trial]:
    """The inputs of a group; those that were read well are counted together."""
    runs = per_group if only is None else only + 1
    command = [sys.executable, "-m", "campaigns.coverage_guided", str(scene.base), str(group), str(runs)]
    environ = {**os.environ, "PYTHONHASHSEED": "0"}  # the same code for the same input
    log = scene.base / "atheris.log"
    with log.open("wb") as said, subprocess.Popen(
        command, cwd=Path(__file__).parents[1], env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=said, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            trial = trial_of(line)
            if only is None or trial.seed.endswith(f":{only}"):
                yield trial
    if process.returncode:
        last = log.read_text(encoding="utf-8", errors="replace")[-1500:]
        yield Trial(KIND, f"{KIND}:{group}:0", "the group", (f"it ended with {process.returncode}: {last}",))


def main(arguments: list[str] | None = None) -> None:
    """Try the inputs of one group, and print the trials; never returns."""
    parser = argparse.ArgumentParser(prog="python -m campaigns.coverage_guided")
    parser.add_argument("base", type=Path)
    parser.add_argument("group", type=int)
    parser.add_argument("runs", type=int)
    given = parser.parse_args(arguments)
    import atheris

    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    with atheris.instrument_imports(include=["bis"], enable_loader_override=False):
        from campaigns.readers import READERS

        reader = READERS[given.group % len(READERS)]
        corpus = _begun(reader, given.group, given.base)
    trying = _Trying(reader, given.group, given.base, given.runs, answers)
    # Limits of time and memory are those of `campaigns.fuzzing`.
    limits = [f"-runs={given.runs}", f"-max_len={_LARGEST}", "-timeout=0", "-rss_limit_mb=0"]
    options = [f"-seed={given.group + 1}", "-verbosity=0", "-reload=0", str(corpus)]
    atheris.Setup(["atheris", *limits, *options], trying.input)
    atheris.Fuzz()


def _begun(reader: Reader, group: int, base: Path) -> Path:
    """Examples in a folder; what the reader imports for them is imported now."""
    corpus, folder = base / "corpus", base / "example"
    for place in (corpus, folder):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
    rng = random.Random(f"{KIND}:{group}")
    for number in range(_SEEDS):
        content = reader.make(rng)[:_LARGEST]
        (corpus / f"{number:03}").write_bytes(content)
    for number in range(5):
        inner = folder / str(number)
        inner.mkdir()
        try:
            reader.read((corpus / f"{number:03}").read_bytes(), inner)
        except Exception:  # noqa: BLE001, S112 - it is tried again, and reported, when it is an input
            continue
    return corpus


class _Trying:
    """Counts inputs, and prints those that did not hold, and how many did."""

    def __init__(self, reader: Reader, group: int, base: Path, runs: int, answers: TextIO) -> None:
        from campaigns.fuzzing import breaches_of, shown, watch_of
        from campaigns.scenes import Scene

        self._reader, self._group, self._runs, self._answers = reader, group, runs, answers
        self._breaches, self._shown = breaches_of, shown
        self._folder = base / "input"
        self._watch = watch_of(Scene(base))
        self._index = self._held = 0

    def input(self, content: bytes) -> None:
        """Try an input."""
        index, self._index = self._index, self._index + 1
        if index >= self._runs:
            return
        breaches = tuple(self._breaches(self._reader, content, self._folder, self._watch))
        if breaches:
            self._tell(index, self._shown(content), breaches)
        else:
            self._held += 1
        if self._held and (self._index % _TOLD_EACH == 0 or self._index == self._runs):
            self._tell(index, f"inputs to {index}", count=self._held)
            self._held = 0

    def _tell(self, index: int, what: str, breaches: tuple[str, ...] = (), count: int = 1) -> None:
        trial = Trial(KIND, f"{KIND}:{self._group}:{index}", f"{self._reader.name}: {what}", breaches, count)
        self._answers.write(trial.line() + "\n")


if __name__ == "__main__":
    main()
