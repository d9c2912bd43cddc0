"""What the audits of many projects say together."""

from __future__ import annotations

from dataclasses import dataclass, field

from bis.model.project_audit import Place


class _OfProjects:
    """`count` of `n` projects."""

    __slots__ = ()
    count: int
    n: int

    @property
    def share(self) -> float:
        """The share, in [0, 1]; 0 where there is no project."""
        return self.count / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Share(_OfProjects):
    """`count` of `n` projects have a value of a fact, with a 95 % Wilson interval; `unknown` others are not in `n`."""

    fact: str
    value: str
    count: int
    n: int
    low: float
    high: float
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class ProjectGroup:
    """Shares within a part of the projects: those that use MLflow, of a year, of a size."""

    by: str
    label: str
    projects: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """How two facts go together in `n` projects in which both are known; `phi` is their correlation, in [-1, 1]."""

    first: str
    second: str
    both: int
    n: int
    phi: float | None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """In how many projects a rule finds something, of `n`, with a 95 % Wilson interval; and how often in all."""

    code: str
    name: str
    projects: int
    findings: int
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TrackerShare(_OfProjects):
    """`count` of `n` projects leave a kind of trace with a tracker, with a 95 % Wilson interval.

    `trace` is ``any`` (`n` are all projects), a word of `bis.model.project_audit.KINDS` (`n` are the projects that
    leave any trace with the tracker), or a fact of the project as a whole, ``seeds_set`` or ``deps_declared`` (`n` are
    those of these projects in which it is known, `unknown` the others).
    """

    tracker: str
    trace: str
    count: int
    n: int
    low: float
    high: float
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A project of which the search for substrings says otherwise than the audit, and why."""

    project: str
    search_says: bool
    audit_says: bool
    reason: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A project that is counted as another: `similarity` is the estimated share of files in common, in [0, 1]."""

    project: str
    of: str
    similarity: float


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """Statistics of a corpus. Duplicates and projects that could not be audited are not in `projects`.

    `search` and `audit` are the shares that trace parameters or metrics: by the search for substrings, and by the
    audit. `trackers` counts projects by tracker and kind of what is traced; `tracker_shares` compares all trackers,
    those that no project uses too.
    """

    projects: int
    failed: dict[str, int] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    shares: tuple[Share, ...] = ()
    groups: tuple[ProjectGroup, ...] = ()
    pairs: tuple[Pair, ...] = ()
    rules: tuple[RuleCount, ...] = ()
    trackers: dict[str, dict[str, int]] = field(default_factory=dict)
    tracker_shares: tuple[TrackerShare, ...] = ()
    search: Share | None = None
    audit: Share | None = None
    disagreements: tuple[Disagreement, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    python_files: int = 0
    notebooks: int = 0
    code_lines: int = 0
