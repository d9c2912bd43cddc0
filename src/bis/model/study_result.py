"""What a study gave: values and codes only, from which pages and tables are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from bis.model.attribution import Attribution
from bis.model.corpus_summary import CorpusSummary
from bis.model.facets import Curve, Status
from bis.model.project_audit import Finding
from bis.model.tried_project import Funnel, TriedProject
from bis.model.verdict import Deviation, Verdict

FORMAT = "bis.study"
VERSION = 1


class StepKind(str, Enum):
    """What a step of a study does, in the order in which the steps of an experiment, and then a corpus, are made."""

    RECORD = "record"
    FINDINGS = "findings"  # of the audit, in the program
    EXACT = "exact"
    FRESH = "fresh"
    EXPLAIN = "explain"
    PUBLISHED = "published"
    SAVED = "saved"
    EARLIER = "earlier"
    TRY = "try"  # of one project at a commit
    AUDIT = "audit"
    TRIES = "tries"  # of the projects of a corpus


class Question(str, Enum):
    """The five questions of the study."""

    Q1 = "Q1"  # which principles and data does traceability need, and do they suffice for reproducibility?
    Q2 = "Q2"  # where and how is that data kept, so that several people can consult it?
    Q3 = "Q3"  # which principles of DevOps serve here, and which are new?
    Q4 = "Q4"  # do real projects use what MLflow offers for it?
    Q5 = "Q5"  # can a past experiment be started again, and does it then give the same result?


class AnswerCode(str, Enum):
    """What the figures say to a question."""

    SUFFICES = "suffices"  # Q1: what was recorded gave every experiment again
    SUFFICES_PARTLY = "suffices-partly"
    SUFFICES_NOT = "suffices-not"
    KEPT_ON_SERVER = "kept-on-server"  # Q2
    KEPT_IN_FILES = "kept-in-files"
    VERSIONS_SUFFICE = "versions-suffice"  # Q3: the same code and packages give the same result, whatever the entropy
    ENTROPY_NEEDED = "entropy-needed"  # the same result comes with the recorded entropy only
    ENTROPY_SOMETIMES = "entropy-sometimes"  # some of the experiments need it
    USE_MEASURED = "use-measured"  # Q4
    ALL_AGAIN = "all-again"  # Q5: every one can be started again, and gives the same result
    SOME_AGAIN = "some-again"
    NONE_AGAIN = "none-again"
    NOT_MEASURED = "not-measured"  # nothing in the study bears on it


class Unit(str, Enum):
    """What a figure counts or measures."""

    COUNT = "count"
    SHARE = "share"  # of 1
    ULP = "ulp"  # units in the last place of a double
    METRIC = "metric"  # the metric's own
    LEVEL = "level"  # a level of a verdict
    BYTES = "bytes"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class StudyFigure:
    """A figure of the report.

    `name` is made of the part of the study and what is measured: ``basic.exact.same``. `value` is a number, or for
    levels and words a text. `low` and `high` are the ends of its interval, `count` of `n` what a share is of. `subject`
    is what it is of where there are several: a metric, a fact, a cause. `evidence` says where it is read off: an
    artifact of a run (``run:ID/bis/verdict.json``), or a file beside the report.
    """

    name: str
    value: float | int | str
    unit: Unit = Unit.COUNT
    low: float | None = None
    high: float | None = None
    count: int | None = None
    n: int | None = None
    subject: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class StudyAnswer:
    """The answer to a question: a code, and the names of the figures that it follows from."""

    question: Question
    code: AnswerCode
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepProblem:
    """A step that gave no result, in the words of the error (there is no code for all of them): `step` is its name."""

    step: str
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FacetState:
    """How much of a facet was recorded; `reasons` in the recorder's words."""

    name: str
    status: Status
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run of an experiment, with what of its record the report shows.

    `exit_code` None means that it was not seen. `root` is whether entropy was served, `seeds` how many the program set,
    `data_files` how many files it read, `uncontrolled` sources of randomness that no record can replay.
    `log` is the file beside the report that has what the program printed; empty for runs that were there before.
    `evidence_files` are artifacts under ``bis/``, and `evidence_bytes` their size.
    """

    run_id: str
    tracking_scheme: str = ""
    run_ids: tuple[str, ...] = ()
    recorded: bool = True
    exit_code: int | None = None
    failure: str = ""
    facets: tuple[FacetState, ...] = ()
    target: str = ""
    commit: str = ""
    dirty: bool | None = None
    source_files: int = 0
    python: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    system: str = ""
    cpu: str = ""
    threads: dict[str, int] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    root: bool = False
    seeds: int = 0
    draws: int = 0
    uncontrolled: tuple[str, ...] = ()
    data_files: int = 0
    datasets: int = 0
    metrics: tuple[Curve, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)
    evidence_files: int = 0
    evidence_bytes: int = 0
    log: str = ""


@dataclass(frozen=True, slots=True)
class ProgramFindings:
    """What the audit finds in the program of an experiment; places are relative to the study."""

    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayedCurves:
    """The metrics of one replay of the run of an experiment; `failure` is the first line of why it did not end well."""

    run_id: str
    metrics: tuple[Curve, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class JudgedReplays:
    """A verdict, and the metrics of the replays that it judges. The outcomes of the verdict have no outputs."""

    verdict: Verdict
    replays: tuple[ReplayedCurves, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedComparison:
    """A published table beside an experiment: `verdict` has an item for each column."""

    table: str
    verdict: Verdict
    title: str = ""


@dataclass(frozen=True, slots=True)
class EarlierReplay:
    """A replay in an environment of then, beside today's run.

    `as_of` is the day; `asked` what was asked of the index, `python` the version that was used and `wanted_python` the
    one that was asked for (empty: any). `packages` are what was installed. `curves` are its metrics. `against_today`
    compares them with today's run as exact replays are; `published` with the published tables.
    """

    as_of: str
    asked: tuple[str, ...]
    python: str
    wanted_python: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()
    curves: ReplayedCurves = field(default_factory=lambda: ReplayedCurves(""))
    against_today: Verdict | None = None
    published: tuple[PublishedComparison, ...] = ()


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """All that was found out about one experiment; None where it was not asked for, or is among the problems."""

    name: str
    title: str = ""
    program: str = ""
    run: RecordedRun | None = None
    exact: JudgedReplays | None = None
    fresh: JudgedReplays | None = None
    attribution: Attribution | None = None
    published: tuple[PublishedComparison, ...] = ()
    saved: Verdict | None = None
    earlier: EarlierReplay | None = None
    tried: TriedProject | None = None
    findings: tuple[Finding, ...] = ()
    problems: tuple[StepProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditedCorpus:
    """The audit of a corpus: `folder` is that of its tables and pages, relative to the report."""

    summary: CorpusSummary
    folder: str


@dataclass(frozen=True, slots=True)
class TriedCorpus:
    """The projects of a corpus that were tried; `folder` as in `AuditedCorpus`."""

    funnel: Funnel
    projects: tuple[TriedProject, ...] = ()
    folder: str = ""


@dataclass(frozen=True, slots=True)
class StudiedCorpus:
    """All that was found out about a corpus."""

    name: str
    title: str = ""
    source: str = ""
    audit: AuditedCorpus | None = None
    tried: TriedCorpus | None = None
    problems: tuple[StepProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyVersions:
    """What the study was made with."""

    bis: str
    python: str
    packages: dict[str, str] = field(default_factory=dict)
    system: str = ""
    cpu: str = ""
    cores: int = 0


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The result of a study, as ``study.json`` has it."""

    title: str
    language: str = "en"
    format: str = FORMAT
    version: int = VERSION
    answers: tuple[StudyAnswer, ...] = ()
    figures: tuple[StudyFigure, ...] = ()
    experiments: tuple[ExperimentResult, ...] = ()
    corpora: tuple[StudiedCorpus, ...] = ()
    versions: StudyVersions | None = None

    def figure(self, name: str, subject: str = "") -> StudyFigure | None:
        """The figure of this name."""
        return next((f for f in self.figures if f.name == name and (not subject or f.subject == subject)), None)

    @property
    def problems(self) -> tuple[StepProblem, ...]:
        """All steps that gave no result."""
        parts: tuple[ExperimentResult | StudiedCorpus, ...] = (*self.experiments, *self.corpora)
        return tuple(problem for part in parts for problem in part.problems)

    @property
    def exit_code(self) -> int:
        """Of the command: 0 where every step gave a result, whatever it is; else 3."""
        return 3 if self.problems else 0
