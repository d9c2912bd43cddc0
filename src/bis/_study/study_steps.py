"""From a study to its steps: what is done, in which order, and what each step needs. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bis.model.jsonable import strict_json, to_json
from bis.model.study_result import StepKind

if TYPE_CHECKING:
    from bis.model.study import Study, StudyCorpus, StudyExperiment


@dataclass(frozen=True, slots=True)
class StudyStep:
    """One step.

    `subject` is the name of its experiment or corpus; `part` tells steps of one kind apart. `asked` is all that was
    asked for and decides over the result, as a JSON value. `needs` are names of steps whose results it needs; `after`
    of those that only come first.
    """

    kind: StepKind
    subject: str
    part: str = ""
    asked: Any = None
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """By which steps are told apart: ``basic/exact``."""
        return "/".join(p for p in (self.subject, self.kind.value, self.part) if p)


@dataclass(frozen=True, slots=True)
class StepKey:
    """What decides over the result of a step: its digest is the name under which the result is kept.

    `needed` are the digests of the results that it is made from, `surroundings` the versions of bis and packages,
    `inputs` what stands in the files that the step reads.
    """

    step: StudyStep
    needed: Mapping[str, str] = field(default_factory=dict)
    surroundings: str = ""
    inputs: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal, the first 40 characters."""
        step = self.step
        parts = [
            step.kind.value,
            step.subject,
            step.part,
            step.asked,
            dict(self.needed),
            self.surroundings,
            self.inputs,
        ]
        text = json.dumps(strict_json(to_json(parts)), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:40]


def steps_of(study: Study) -> tuple[StudyStep, ...]:
    """The steps of a study, each after those that it needs: experiments first, in their order, then corpora."""
    steps = [step for experiment in study.experiments for step in _of_experiment(experiment, study)]
    return (*steps, *(step for corpus in study.corpora for step in _of_corpus(corpus)))


def _of_experiment(e: StudyExperiment, study: Study) -> list[StudyStep]:
    if e.repository:
        asked = {"repository": e.repository, "commit": e.commit, "entry": e.entry, "times": e.exact}
        return [StudyStep(StepKind.TRY, e.name, asked=asked)]
    program = {
        "program": e.program, "module": e.module, "arguments": e.arguments, "parameters": e.parameters, "run": e.run,
        "tracking_uri": study.tracking_uri,
    }  # fmt: skip
    recorded = StudyStep(StepKind.RECORD, e.name, asked=program)
    needs = (recorded.name,)
    steps = [recorded]
    if not (e.run or e.module):
        steps.append(StudyStep(StepKind.FINDINGS, e.name, asked={"program": e.program}))
    judged = {"tolerances": e.tolerances}
    if e.exact:
        steps.append(StudyStep(StepKind.EXACT, e.name, asked={"times": e.exact, **judged}, needs=needs))
    fresh: tuple[str, ...] = ()
    if e.fresh:
        steps.append(StudyStep(StepKind.FRESH, e.name, asked={"times": e.fresh, **judged}, needs=needs))
        fresh = (steps[-1].name,)
    if e.causes is not None:
        explained = {"causes": e.causes, "blocks": e.blocks}
        steps.append(StudyStep(StepKind.EXPLAIN, e.name, asked=explained, needs=needs))
    for i, table in enumerate(e.published, 1):
        asked = {"table": table.table, "names": table.names, "title": table.title, **judged}
        # A table of several runs is compared with the fresh replays, too.
        steps.append(StudyStep(StepKind.PUBLISHED, e.name, str(i), asked, needs=(*needs, *fresh)))
    if e.saved_outputs:
        steps.append(StudyStep(StepKind.SAVED, e.name, asked=judged, needs=needs))
    if e.earlier is not None:
        tables = [to_json(table) for table in e.published]
        asked = {"earlier": to_json(e.earlier), "published": tables, **judged}
        steps.append(StudyStep(StepKind.EARLIER, e.name, asked=asked, needs=needs))
    return steps


def _of_corpus(c: StudyCorpus) -> list[StudyStep]:
    source = {"path": c.path, "topic": c.topic, "limit": c.limit}
    steps = [StudyStep(StepKind.AUDIT, c.name, asked=source)]
    if c.tries:
        steps.append(StudyStep(StepKind.TRIES, c.name, asked={**source, "tries": c.tries}, after=(steps[0].name,)))
    return steps
