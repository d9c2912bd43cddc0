"""The kinds of trials: what each is, in which module, and how many of all faults or inputs are of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of trials.

    `title` is what the table says. `share` is its part of all faults, inputs or concurrent runs (`counts`), of which
    there are at most `most`. `forks` where commands run in forks of the worker; `calls` where faults are put into
    system calls; `guided` where it needs Atheris.
    """

    module: str
    title: str
    counts: str
    share: float
    most: int = 10**9
    forks: bool = True
    calls: bool = False
    guided: bool = False


FAULTS, INPUTS, RUNS = "faults", "inputs", "runs"

KINDS: dict[str, Kind] = {
    "recorder": Kind(
        "recorder_faults", "a call of the recorded program fails, or is its last", FAULTS, 0.62, calls=True
    ),
    "tracked": Kind(
        "tracked_faults", "a call fails, or is the last, in a program that logs to MLflow", FAULTS, 0.02, calls=True
    ),
    "launcher": Kind("launcher_faults", "a call of `bis run` fails, or is its last", FAULTS, 0.12, calls=True),
    "storing": Kind("storing_faults", "a call of storing fails, or is its last", FAULTS, 0.14, calls=True),
    "server": Kind("server_faults", "the tracking server fails while a session is stored", FAULTS, 0.05),
    "killed": Kind("killed_processes", "kill -9 at a random moment", FAULTS, 0.03),
    "full-disk": Kind("full_disks", "a full, small or read-only disk from the start", FAULTS, 0.02, calls=True),
    "fuzz": Kind("fuzzing", "malformed documents and files", INPUTS, 0.78, forks=False),
    "drawn": Kind("drawn_inputs", "documents and texts that Hypothesis draws", INPUTS, 0.02, forks=False),
    "atheris": Kind(
        "coverage_guided", "malformed input that reached new code, changed again", INPUTS, 0.2, forks=False, guided=True
    ),
    "concurrent": Kind("concurrency", "runs, replays and clients at once", RUNS, 1.0),
}
