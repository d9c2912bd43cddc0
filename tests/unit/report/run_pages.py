"""A run with everything that its page can show, and with any text wherever a text of a program can stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.facets import Cell, Curve, Data, FileDigest, Package, Status, Variable
from bis.model.stored_runs import RunSummary, StoredAttribution, StoredVerdict
from bis.model.verdict import Deviation, Evidence, Item, ItemKind, Level, Outcome, ReplayKind
from bis.report.html.run_page import RunPageValues
from tests.unit.report.attributions import explained
from tests.unit.report.values import record, statistical

if TYPE_CHECKING:
    from bis.model.record import Record

STEPS = 30


def curve(name: str, *values: float) -> Curve:
    """A metric with these values at steps from 0."""
    return Curve(name, tuple(range(len(values))), tuple(float(v).hex() for v in values))


def everything(text: str = "acc") -> RunPageValues:
    """A fresh verdict on a metric and a curve, an explanation, a record with lists."""
    loss = [1 / (i + 1) for i in range(STEPS)]
    verdict = statistical()
    group = verdict.groups[0]
    item = replace(group.items[0], name=text)
    curve_item = Item(
        f"loss {text}", ItemKind.CURVE, Level.DIVERGENT, evidence=Evidence(original=("0.5",), first_divergent_step=11)
    )
    verdict = replace(
        verdict,
        groups=(replace(group, items=(item, curve_item)),),
        deviations=(Deviation(text, text, text, text),),
        outcomes=tuple(_outcome(o, text, loss) for o in verdict.outcomes),
    )
    explanation = explained()
    causes = tuple(replace(c, name=text) for c in explanation.causes)
    return RunPageValues(
        record=_record(text, loss),
        run_id="ab" * 16,
        name=text,
        status="FINISHED",
        verdict=StoredVerdict(verdict, 1.7e9, "0.1"),
        outcomes=verdict.outcomes,
        replays=(RunSummary("cd" * 16, "0", "Default", text, "FINISHED", 1.7e9),),
        attribution=StoredAttribution(replace(explanation, causes=causes), 1.7e9, "0.1"),
        problems=(text,),
        code_lines={("train.py", None, 7): text},
        artifacts=("bis/record.json", "bis/verdict.json"),
    )


def _outcome(outcome: Outcome, text: str, loss: list[float]) -> Outcome:
    assert outcome.outputs is not None
    value = outcome.outputs.metrics[0].final
    moved = [v + (value - 0.9 if i > 10 else 0.0) for i, v in enumerate(loss)]
    metrics = (curve(text, value), curve(f"loss {text}", *moved))
    return replace(outcome, outputs=replace(outcome.outputs, metrics=metrics), duration_s=2.5, kind=ReplayKind.FRESH)


def _record(text: str, loss: list[float]) -> Record:
    made = record()
    return replace(
        made,
        code=replace(made.code, argv=(text,), untracked=(text,), cells=(Cell(0, text, 1),), reasons=(text,)),
        parameters=replace(
            made.parameters, values={text: text}, variables=(Variable(text, text), Variable("K", secret=True))
        ),
        environment=replace(made.environment, packages=(Package(text, text),)),
        data=Data(Status.PARTIAL, (text,), files=(FileDigest(text, 2048, "d"),)),
        outputs=replace(made.outputs, metrics=(curve(text, 0.9), curve(f"loss {text}", *loss))),
        notes=(text,),
    )
