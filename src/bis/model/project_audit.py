"""What an audit says of a project: facts, calls, findings, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

YES, NO, UNKNOWN = "yes", "no", "unknown"
KINDS = (
    "param", "metric", "autolog", "model", "artifact", "dataset", "tag", "register", "experiment_tag", "model_tag",
    "code",
)  # fmt: skip
# As they are imported and shown; the tables are in `bis._audit.trackers`.
TRACKER_NAMES = (
    "mlflow", "wandb", "clearml", "comet", "neptune", "aim", "dvclive", "tensorboard", "sacred", "trackio",
)  # fmt: skip


class Severity(str, Enum):
    """How much a finding matters; the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(str, Enum):
    """How often a finding of this rule is right."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class RuleStatus(str, Enum):
    """Where a rule is in its life.

    `REMOVED` is a rule that is gone: its code is listed in `bis._audit.rules.retired_rules`, and never used again.
    """

    STABLE = "stable"
    PREVIEW = "preview"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file of the project.

    `file` is relative to the project, with forward slashes. `line` counts from 1, in a notebook within its cell; 0
    means the file as a whole. `cell` counts all cells from 0 and is -1 outside of notebooks. `column` counts
    characters from 1.
    """

    file: str
    cell: int = -1
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def below(self, folder: str) -> Place:
        """The place as it is seen from further up; what concerns the whole project is at the folder itself."""
        if folder in {"", "."}:
            return self
        return replace(self, file=f"{folder}/{self.file}" if self.file else folder)


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters of a file to replace: from (line, column) up to, not including, (end_line, end_column) of `place`."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `edits` are a safe fix, together; empty where there is none."""

    code: str
    name: str
    message: str
    place: Place
    severity: Severity
    confidence: Confidence
    edits: tuple[Edit, ...] = ()
    related: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackingCall:
    """A call that traces something; `through` names the project's own function by which it is reached."""

    place: Place
    api: str
    kind: str
    tracker: str = "mlflow"
    through: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: ``yes``, ``no`` or ``unknown``, a word of its own scale, or words; and where that is seen."""

    value: str | tuple[str, ...]
    reason: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or folder that was not read, or not wholly: `kind` is one word, `detail` a phrase."""

    file: str
    kind: str
    detail: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is, in the project's own files."""

    python_files: int = 0
    notebooks: int = 0
    code_lines: int = 0
    left_out_files: int = 0


@dataclass(frozen=True, slots=True)
class Revision:
    """What git says about the project, if it is a repository. `first_year` and `last_year` are of the commits seen."""

    commit: str = ""
    first_year: int = 0
    last_year: int = 0


@dataclass(frozen=True, slots=True)
class Substrings:
    """What a search for the texts ``log_param``, ``autolog`` and ``log_metric`` says, wherever they occur.

    `reason` says why, where the audit says otherwise.
    """

    traces: bool = False
    places: tuple[Place, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProjectAudit:
    """All that an audit says of one project.

    `digest` is equal where the code is, whatever the files are called. `sketch` are the smallest digests of its files:
    the share that two projects have in common estimates how much of their code is the same.
    """

    project: str
    facts: dict[str, Fact]
    calls: tuple[TrackingCall, ...] = ()
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    trackers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    size: Size = field(default_factory=Size)
    revision: Revision = field(default_factory=Revision)
    substrings: Substrings = field(default_factory=Substrings)
    digest: str = ""
    sketch: tuple[str, ...] = ()

    @property
    def traces(self) -> bool:
        """Whether parameters or metrics are logged to MLflow, by a call or by autologging."""
        return any(
            self.facts[name].value == YES for name in ("logs_params", "logs_metrics", "autolog") if name in self.facts
        )

    @property
    def values(self) -> dict[str, Any]:
        """The facts' values alone, by name."""
        return {name: list(f.value) if isinstance(f.value, tuple) else f.value for name, f in self.facts.items()}

    def below(self, folder: str) -> ProjectAudit:
        """The audit with all places of findings and problems below a folder, as they are seen from further up."""
        if folder in {"", "."}:
            return self

        def moved_finding(finding: Finding) -> Finding:
            edits = tuple(replace(edit, place=edit.place.below(folder)) for edit in finding.edits)
            related = tuple(place.below(folder) for place in finding.related)
            return replace(finding, place=finding.place.below(folder), edits=edits, related=related)

        return replace(
            self,
            findings=tuple(moved_finding(finding) for finding in self.findings),
            suppressed=tuple(moved_finding(finding) for finding in self.suppressed),
            problems=tuple(
                replace(p, file=f"{folder}/{p.file}", place=p.place.below(folder) if p.place else None)
                for p in self.problems
            ),
        )
