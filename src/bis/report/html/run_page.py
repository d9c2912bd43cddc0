"""The page of a run: what it was made of, what its replays gave, the verdict, and what explains a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bis.model.record import Mode, Record, State
from bis.model.stored_runs import RunSummary, StoredAttribution, StoredVerdict
from bis.model.verdict import Basis, Outcome, ReplayKind
from bis.report.figures.curve_band import CurveValues, curve_band
from bis.report.figures.metric_strip import StripValues, metric_strip
from bis.report.html.attribution_page import attribution_values, deviation_label
from bis.report.html.facet_facts import command, facet_values
from bis.report.html.page import rendered
from bis.report.html.verdict_values import verdict_values
from bis.report.languages.language import ENGLISH
from bis.report.languages.terms import term

if TYPE_CHECKING:
    from bis.model.facets import Curve
    from bis.model.verdict import Item
    from bis.report.figures.figure import Figure
    from bis.report.languages.language import Language

_MOST_STRIPS, _MOST_CURVES = 12, 8  # figures of one page
_MOST_METRICS, _MOST_REPLAYS, _MOST_PACKAGES = 200, 200, 1000  # rows of one table


@dataclass(frozen=True, slots=True)
class RunPageValues:
    """All that the page of a run shows.

    Parameters
    ----------
    record : Record
        What the run was made of.
    run_id, name, status : str
        The run as MLflow has it.
    verdict : StoredVerdict, optional
        The latest one.
    outcomes : sequence of Outcome
        The replays, with their outputs where these are known.
    replays : sequence of RunSummary
        The child runs that replay it.
    attribution : StoredAttribution, optional
        The latest explanation.
    problems : sequence of str
        Why something that was stored cannot be shown.
    code_lines : mapping of (file, cell, line) to str
        The lines of the recorded source that an explanation names; cells count from 1, None outside of notebooks.
    artifacts : sequence of str
        Paths of the artifacts with the run in which the evidence is.
    """

    record: Record
    run_id: str
    name: str = ""
    status: str = ""
    verdict: StoredVerdict | None = None
    outcomes: Sequence[Outcome] = ()
    replays: Sequence[RunSummary] = ()
    attribution: StoredAttribution | None = None
    problems: Sequence[str] = ()
    code_lines: Mapping[tuple[str, int | None, int], str] = field(default_factory=dict)
    artifacts: Sequence[str] = ()


def run_page(values: RunPageValues, language: Language = ENGLISH, *, interactive: bool = False) -> str:
    """The page of a run: one HTML file that needs nothing from elsewhere.

    Parameters
    ----------
    values : RunPageValues
    language : Language
    interactive : bool
        Whether its figures are drawn in the reader's browser; the page is then 0.9 MB larger.
    """
    judged = None if values.verdict is None else values.verdict.verdict
    figures = _figures(values, language)
    drawn = frozenset(one.name for one in (*figures["strips"], *figures["curves"]))
    return rendered(
        "run.html",
        language,
        interactive=interactive,
        run_id=values.run_id,
        name=values.name,
        status=values.status,
        command=command(values.record.code),
        recorded=recorded_text(values.record, language),
        problems=values.problems,
        verdict=None if judged is None else verdict_values(judged, language, drawn),
        made=None if values.verdict is None else _made(values.verdict, language),
        metrics=_metrics(values, language),
        **figures,
        replays=_replays(values, language),
        explained=_explained(values, language),
        explained_made=None if values.attribution is None else _made(values.attribution, language),
        deviations=[] if judged is None else [deviation_label(d) for d in judged.deviations],
        facets=facet_values(values.record, language),
        notes=values.record.notes,
        packages=[(p.name, p.version) for p in values.record.environment.packages[:_MOST_PACKAGES]],
        python=f"{values.record.environment.implementation} {values.record.environment.python}".strip(),
        recorder=values.record.bis_version,
        artifacts=values.artifacts,
    )


def _made(stored: StoredVerdict | StoredAttribution, language: Language) -> dict[str, str]:
    return {"when": language.moment(stored.created_unix_s), "version": stored.bis_version}


def _explained(values: RunPageValues, language: Language) -> dict[str, Any] | None:
    if values.attribution is None:
        return None
    return attribution_values(values.attribution.attribution, language, values.code_lines)


def recorded_text(record: Record, language: Language) -> str:
    """How, when and by what a run was recorded."""
    _ = language.text
    if record.mode is Mode.TAGS:
        return _("Never recorded by bis: only what MLflow's own tags contain.")
    ways = {
        Mode.RUN: _("Recorded by bis run, {when}."),
        Mode.AMBIENT: _("Recorded from inside its process, {when}."),
        Mode.REPLAY: _("Recorded as a replay, {when}."),
    }
    text = ways[record.mode].format(when=language.moment(record.started_unix_s))
    if record.ended_unix_s is not None:
        text += " " + _("It took {time}.", time=language.duration(record.ended_unix_s - record.started_unix_s))
    if record.state is State.KILLED:
        text += " " + _("The program was killed: what was seen until then is here.")
    elif record.state is State.RECORDING:
        text += " " + _("Still running, or cut off.")
    if record.sessions > 1:
        text += " " + language.counted("{count} program wrote to it.", "{count} programs wrote to it.", record.sessions)
    return text


def _curves(values: RunPageValues) -> list[Curve]:
    return sorted((c for c in values.record.outputs.metrics if c.values), key=lambda c: c.name)


def _replayed(values: RunPageValues, name: str, kind: ReplayKind | None = None) -> list[Curve]:
    return [
        curve
        for o in values.outcomes
        if o.outputs is not None and (kind is None or o.kind is kind) and o.kind is not ReplayKind.VARIED
        if (curve := o.outputs.metric(name)) is not None and curve.values
    ]


def _figures(values: RunPageValues, language: Language) -> dict[str, list[Figure]]:
    """Strips and curves of the metrics that are not the same in all replays: of the others there is nothing to see."""
    items = _items(values)
    strips: list[Figure] = []
    curves: list[Figure] = []
    for curve in _curves(values):
        replayed = _replayed(values, curve.name)
        if all(other == curve for other in replayed):
            continue
        item = items.get(curve.name)
        if len(strips) < _MOST_STRIPS:
            strips.append(metric_strip(_strip_values(values, curve, item), language))
        if len(curve.steps) > 1 and len(curves) < _MOST_CURVES:
            found = CurveValues(
                curve.name,
                _points(curve),
                tuple(_points(other) for other in replayed),
                _first_different(values, curve, item),
            )
            curves.append(curve_band(found, language))
    return {"strips": strips, "curves": curves}


def _items(values: RunPageValues) -> dict[str, Item]:
    """The items of a verdict on metrics of this run; one with an interval before one without."""
    if values.verdict is None or values.verdict.verdict.basis is not Basis.REPLAYS:
        return {}
    found: dict[str, Item] = {}
    for group in values.verdict.verdict.groups:
        for item in group.items:
            if item.run in {"", values.run_id} and (item.name not in found or item.evidence.interval is not None):
                found[item.name] = item
    return found


def _strip_values(values: RunPageValues, curve: Curve, item: Item | None) -> StripValues:
    finals = {kind: tuple(c.final for c in _replayed(values, curve.name, kind)) for kind in ReplayKind}
    interval = None if item is None else item.evidence.interval
    return StripValues(
        curve.name,
        curve.final,
        exact=finals[ReplayKind.EXACT],
        fresh=finals[ReplayKind.FRESH],
        interval=None if interval is None else (interval.low, interval.high),
        confidence=0.95 if interval is None else interval.confidence,
    )


def _first_different(values: RunPageValues, curve: Curve, item: Item | None) -> int | None:
    """The first step at which an exact replay has other bits: as the verdict says, else as the curves show."""
    if item is not None and item.evidence.first_divergent_step is not None:
        return item.evidence.first_divergent_step
    own = dict(zip(curve.steps, curve.values, strict=True))
    others = [dict(zip(c.steps, c.values, strict=True)) for c in _replayed(values, curve.name, ReplayKind.EXACT)]
    return min((step for step in own for other in others if other.get(step) != own[step]), default=None)


def _points(curve: Curve) -> dict[int, float]:
    return {step: float.fromhex(value) for step, value in zip(curve.steps, curve.values, strict=True)}


def _metrics(values: RunPageValues, language: Language) -> dict[str, Any]:
    """A row for each metric: its last value with all its digits, and in how many replays all its bits are the same.

    Of all replays whose results are known: one that failed before it logged the metric does not have the same bits.
    """
    curves = _curves(values)
    known = sum(
        o.kind is not ReplayKind.VARIED and (o.outputs is not None or o.failure is not None) for o in values.outcomes
    )
    same = {c.name: sum(other == c for other in _replayed(values, c.name)) for c in curves}
    rows = [
        {
            "name": curve.name,
            "value": language.written(repr(curve.final)),
            "steps": language.integer(len(curve.values)),
            "same": f"{same[curve.name]}/{known}" if known else "",
        }
        for curve in curves[:_MOST_METRICS]
    ]
    return {
        "rows": rows,
        "more": max(0, len(curves) - _MOST_METRICS),
        "all_same": known > 0 and all(count == known for count in same.values()),
    }


def _replays(values: RunPageValues, language: Language) -> list[dict[str, str]]:
    """A row for each replay: those of the verdict, else the child runs."""
    if not values.outcomes:
        return [
            {
                "kind": term(run.tags.get("bis.replay.kind", ""), language) if "bis.replay.kind" in run.tags else "",
                "number": str(i + 1),
                "run_id": run.run_id,
                "same": run.tags.get("bis.replay.same_metrics", ""),
                "time": "",
                "failure": "",
            }
            for i, run in enumerate(values.replays[:_MOST_REPLAYS])
        ]
    same = {run.run_id: run.tags.get("bis.replay.same_metrics", "") for run in values.replays}
    return [
        {
            "kind": term(o.kind, language),
            "number": str(o.index + 1),
            "run_id": o.run_id or "",
            "same": same.get(o.run_id or "", "") or _same(values, o),
            "time": language.duration(o.duration_s) if o.duration_s else "",
            "failure": "" if o.failure is None else f"{o.failure.stage}: {_first_line(o.failure.message)}",
        }
        for o in values.outcomes[:_MOST_REPLAYS]
    ]


def _same(values: RunPageValues, outcome: Outcome) -> str:
    original = values.record.outputs.metrics
    if outcome.outputs is None or not original:
        return ""
    return f"{sum(outcome.outputs.metric(c.name) == c for c in original)}/{len(original)}"


def _first_line(message: str) -> str:
    return message.strip().partition("\n")[0]
