"""Runs as a tracking store lists them, what a listing is asked for, and a verdict that was stored with its run."""

from __future__ import annotations

from dataclasses import dataclass, field

from bis.model.attribution import Attribution
from bis.model.bisection import Bisection
from bis.model.verdict import Verdict

# The tags that a summary holds: few, since a listing reads them for thousands of runs.
SUMMARY_TAGS = (
    "bis.exit_code",
    "bis.mode",
    "bis.replay.index",
    "bis.replay.kind",
    "bis.replay.of",
    "bis.replay.same_metrics",
    "bis.replays",
    "bis.verdict",
    "bis.verdict.exact",
    "bis.verdict.fresh",
)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a listing shows it.

    `tags` are those of `SUMMARY_TAGS` that the run has. `metrics` are last values, in the metrics' own units; they are
    read only where they were asked for. `params`, and then all tags, are read only where whole runs were asked for.
    `ended_unix_s` is None where the run has not ended.
    """

    run_id: str
    experiment_id: str
    experiment: str
    name: str
    status: str
    started_unix_s: float
    ended_unix_s: float | None = None
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)

    @property
    def replays(self) -> int | None:
        """How many replays the latest verdict judged; None where there is no verdict."""
        text = self.tags.get("bis.replays", "")
        return int(text) if text.isdecimal() else None


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are listed: those that satisfy every condition; an empty one selects all runs.

    `experiment` is a name, `experiment_id` the id of an experiment; `prefix` the beginning of a run id;
    `tags` values that tags must have; `replays` whether replays are listed among the other runs; `replay_of` the run
    whose replays are listed, and nothing else.
    """

    experiment: str | None = None
    experiment_id: str | None = None
    prefix: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    replays: bool = False
    replay_of: str | None = None

    @property
    def required_tags(self) -> dict[str, str]:
        """`tags`, and the one by which replays of a run are found."""
        return self.tags if self.replay_of is None else {**self.tags, "bis.replay.of": self.replay_of}

    @property
    def with_replays(self) -> bool:
        """Whether a replay may be in the result."""
        return self.replays or self.replay_of is not None


@dataclass(frozen=True, slots=True)
class RunPage:
    """A part of a listing, latest run first; `token` continues it, and is None at its end.

    A page may hold fewer runs than were asked for although there are more: only the token says whether it is the last.
    """

    runs: tuple[RunSummary, ...]
    token: str | None = None


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """The latest verdict on a run, as it was stored with the run.

    The outcomes in `verdict` have no outputs where a child run (their `run_id`) holds them.
    """

    verdict: Verdict
    created_unix_s: float
    bis_version: str


@dataclass(frozen=True, slots=True)
class StoredAttribution:
    """The latest explanation of a run, as it was stored with the run."""

    attribution: Attribution
    created_unix_s: float
    bis_version: str


@dataclass(frozen=True, slots=True)
class StoredBisection:
    """The latest bisection of a run, as it was stored with the run."""

    bisection: Bisection
    created_unix_s: float
    bis_version: str
