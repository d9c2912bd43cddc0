"""A study as it was written down: experiments, corpora of projects, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PublishedTableAsked:
    """A published table to compare an experiment with: `names` maps its columns to our metrics, where they differ."""

    table: str
    title: str = ""
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EarlierEnvironment:
    """An environment of then: what an index had at the end of a day, for requirements in pip's words.

    `as_of` is the day (ISO 8601, UTC). `python` is a version ``X.Y``; empty, the nearest is the one of the replays.
    """

    as_of: str
    requirements: tuple[str, ...]
    python: str = ""


@dataclass(frozen=True, slots=True)
class StudyExperiment:
    """One experiment.

    It is a `program` to record (a script, notebook, or with `module` a module), a `run` that was recorded before, or an
    `entry` of a `repository` at a `commit`.

    `exact` and `fresh` are numbers of replays, 0 for none. `causes` None means that it is not explained, empty: by all
    causes. `blocks` are those of the explanation. `tolerances` are by metric, as in the settings, each with the keys
    atol, rtol, margin and quantum.
    """

    name: str
    title: str = ""
    program: str = ""
    module: bool = False
    arguments: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    run: str = ""
    repository: str = ""
    commit: str = ""
    entry: str = ""
    exact: int = 3
    fresh: int = 0
    causes: tuple[str, ...] | None = None
    blocks: int | None = None
    published: tuple[PublishedTableAsked, ...] = ()
    saved_outputs: bool = False
    tolerances: dict[str, dict[str, float]] = field(default_factory=dict)
    earlier: EarlierEnvironment | None = None


@dataclass(frozen=True, slots=True)
class StudyCorpus:
    """A corpus: a `path` (a folder of projects, or a CSV list), or a `topic` of GitHub with at most `limit` projects.

    `tries` says how many of its projects are tried, the first ones.
    """

    name: str
    title: str = ""
    path: str = ""
    topic: str = ""
    limit: int = 100
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Study:
    """A study. `tracking_uri` is empty where its runs go to a store of its own; `jobs` replays are made at a time."""

    title: str
    language: str = "en"
    jobs: int = 1
    tracking_uri: str = ""
    experiments: tuple[StudyExperiment, ...] = ()
    corpora: tuple[StudyCorpus, ...] = ()
