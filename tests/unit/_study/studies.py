"""A study of one experiment and one corpus, and work that is only pretended, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bis.errors import ReplayImpossible
from bis.model.corpus_summary import CorpusSummary, Disagreement, RuleCount, Share
from bis.model.facets import Curve, Status
from bis.model.project_audit import Confidence, Finding, Place, Severity
from bis.model.statement import StatementCode, statement
from bis.model.study import EarlierEnvironment, PublishedTableAsked, Study, StudyCorpus, StudyExperiment
from bis.model.study_result import (
    AuditedCorpus,
    EarlierReplay,
    FacetState,
    JudgedReplays,
    ProgramFindings,
    PublishedComparison,
    RecordedRun,
    ReplayedCurves,
    StudyVersions,
    TriedCorpus,
)
from bis.model.tried_project import EvidenceKind, FunnelPlace, TriedProject, TriedReplays, TryEvidence, funnel_of
from bis.model.verdict import Evidence, Group, Item, ItemKind, Level, ReplayKind, Verdict
from tests.unit.report.attributions import explained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis._study.study_steps import StudyStep
    from bis.model.attribution import Attribution

VERSIONS = StudyVersions("0.1.0", "3.11.7", {"mlflow": "3.17.0"}, "Linux", "a processor", 2)
NET = StudyExperiment(
    "net",
    "A net",
    program="net.py",
    exact=2,
    fresh=3,
    causes=("split", "init"),
    published=(PublishedTableAsked("t.csv", "as published"),),
    saved_outputs=True,
    earlier=EarlierEnvironment("2024-01-31", ("mlflow==2.10.0",), "3.10"),
)
STUDY = Study("A study", experiments=(NET,), corpora=(StudyCorpus("some", "Some projects", path="projects", tries=2),))


class Killed(BaseException):
    """Stands for a process that is killed: nothing catches it."""


def curve(name: str, *values: float) -> Curve:
    """A metric with a value for each step."""
    return Curve(name, tuple(range(len(values))), tuple(v.hex() for v in values))


def verdict(level: Level = Level.BITWISE, kind: ReplayKind = ReplayKind.EXACT, run_id: str = "r1") -> Verdict:
    """A verdict on one metric."""
    evidence = Evidence(original=("0.5",), replayed=("0.5",), ulps=2)
    item = Item(
        "loss", ItemKind.METRIC, level, (statement(StatementCode.SAME_BITS, same=2, total=2, steps=1),), evidence
    )
    said = statement(StatementCode.ENDS_ALIKE, same=2, total=2)
    return Verdict(run_id, level, (Group(kind, level, 2, 0, (item,)),), (said,))


@dataclass
class PretendedWork:
    """Carries steps out in no time, and keeps what it did; `kill_at` is the call (from 1) at which it is killed.

    Replays are kept in a store of its own, as real ones are: a kill in the midst of them loses none.
    """

    folder: Path = Path()
    kill_at: int = 0
    fail: str = ""
    content: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    stored: dict[str, int] = field(default_factory=dict)
    seen: list[bool] = field(default_factory=list)
    pages: bool = True

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if len(self.calls) == self.kill_at:
            raise Killed
        if name == self.fail:
            raise ReplayImpossible("the data is gone", hint="Put it back.")

    def record(self, asked: Mapping[str, Any], subject: str) -> RecordedRun:
        """One run, with a metric of two steps."""
        self._call(f"record {subject}")
        facets = (FacetState("code", Status.RECORDED), FacetState("data", Status.PARTIAL, ("a socket was read",)))
        return RecordedRun(
            "r1", "sqlite", ("r1",), exit_code=0, facets=facets, target=asked["program"], source_files=3,
            python="3.11.7", packages={"mlflow": "3.17.0"}, root=True, seeds=1, draws=40, uncontrolled=("loky",),
            metrics=(curve("loss", 0.9, 0.5), curve("auc", 0.75)), evidence_files=4, evidence_bytes=2048,
            log="logs/net.txt",
        )  # fmt: skip

    def findings(self, asked: Mapping[str, Any], subject: str) -> ProgramFindings:
        """One finding."""
        self._call(f"findings {subject}")
        place = Place(asked["program"], line=7)
        said = ("BIS301", "unseeded-split", "the split has no seed")
        return ProgramFindings((Finding(*said, place, Severity.WARNING, Confidence.HIGH),))

    def earlier_replays(self, run: RecordedRun, *, fresh: bool) -> int:
        """How many are stored."""
        return self.stored.get(f"{run.run_id} {fresh}", 0)

    def replay(self, run: RecordedRun, asked: Mapping[str, Any], *, fresh: bool, seen: bool) -> JudgedReplays:
        """Replays one after the other, each stored as it comes."""
        key = f"{run.run_id} {fresh}"
        while self.stored.get(key, 0) < asked["times"]:
            self._call(f"replay {'fresh' if fresh else 'exact'} {self.stored.get(key, 0) + 1}")
            self.stored[key] = self.stored.get(key, 0) + 1
        self.seen.append(seen)
        made = []
        for i in range(asked["times"]):
            other = replace(run.metrics[0], values=((0.9).hex(), (0.5 + 0.01 * (i + 1)).hex()))
            made.append(ReplayedCurves(f"c{i}", (other if fresh else run.metrics[0], run.metrics[1])))
        kind = ReplayKind.FRESH if fresh else ReplayKind.EXACT
        return JudgedReplays(verdict(Level.STATISTICAL if fresh else Level.BITWISE, kind), tuple(made))

    def explain(self, run: RecordedRun, asked: Mapping[str, Any]) -> Attribution:
        """An explanation with all that one can have."""
        self._call("explain")
        return replace(explained(), run_id=run.run_id)

    def published(
        self, run: RecordedRun, table: PublishedTableAsked, tolerances: Mapping[str, Any]
    ) -> PublishedComparison:
        """It agrees."""
        self._call("published")
        return PublishedComparison(table.table, verdict(Level.NUMERICAL, run_id=run.run_id), table.title)

    def saved(self, run: RecordedRun, asked: Mapping[str, Any]) -> Verdict:
        """It agrees."""
        self._call("saved")
        return verdict(Level.NUMERICAL, run_id=run.run_id)

    def earlier(
        self, run: RecordedRun, asked: EarlierEnvironment, tables: tuple[PublishedTableAsked, ...]
    ) -> EarlierReplay:
        """A replay with another last digit."""
        self._call("earlier")
        curves = ReplayedCurves("e1", (curve("loss", 0.9, 0.5000000000000001), run.metrics[1]))
        compared = tuple(PublishedComparison(t.table, verdict(), t.title) for t in tables)
        return EarlierReplay(
            asked.as_of, asked.requirements, "3.11.7", asked.python, curves=curves,
            against_today=verdict(Level.NUMERICAL), published=compared,
        )  # fmt: skip

    def audit(self, asked: Mapping[str, Any], subject: str) -> AuditedCorpus:
        """Four projects."""
        self._call(f"audit {subject}")
        share = Share("logs_params", "yes", 1, 4, 0.05, 0.7)
        other = Disagreement("p/x", True, False, "in a comment", (Place("train.py", line=3),))
        rule = RuleCount("BIS103", "metric-without-step", 1, 2, 4, 0.05, 0.7)
        searched, audited = (Share("traces", "yes", n, 4, 0.2, 0.9) for n in (3, 2))
        summary = CorpusSummary(
            4, shares=(share,), rules=(rule,), search=searched, audit=audited, disagreements=(other,), python_files=9
        )
        return AuditedCorpus(summary, f"audits/{subject}")

    def try_project(self, asked: Mapping[str, Any], subject: str) -> TriedProject:
        """It ran."""
        self._call(f"try {subject}")
        return TriedProject(subject, FunnelPlace.RAN_TRACKED, replays=TriedReplays("bitwise", 3))

    def try_corpus(self, asked: Mapping[str, Any], subject: str) -> TriedCorpus:
        """One ran, the other needs data."""
        self._call(f"tries {subject}")
        seen = (TryEvidence(EvidenceKind.EXCEPTION, "FileNotFoundError: 'a|b'\nmore", "a|b"),)
        tries = [
            TriedProject("p/x", FunnelPlace.RAN_TRACKED, replays=TriedReplays("bitwise", 3)),
            TriedProject("p/y", FunnelPlace.EXCEPTION, evidence=seen),
        ]
        return TriedCorpus(funnel_of(tries), tuple(tries), f"tries/{subject}")

    def has_pages(self, audit: AuditedCorpus) -> bool:
        """Whether its pages are there."""
        return self.pages

    def content_of(self, step: StudyStep) -> str:
        """What was put there."""
        return self.content.get(step.name, "")
