"""One experiment in the report of a study."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bis.model.facets import Status
from bis.model.verdict import ItemKind, Level, ReplayKind
from bis.report.figures.curve_band import CurveValues, curve_band
from bis.report.figures.metric_strip import StripValues, metric_strip
from bis.report.html.attribution_page import attribution_values, deviation_label
from bis.report.html.verdict_values import badge, item_label
from bis.report.languages.statement_words import all_stated, stated
from bis.report.languages.terms import term
from bis.report.study.blocks import (
    Block,
    BlockBadge,
    CodeText,
    DrawnBlock,
    Grid,
    Line,
    Link,
    ListBlock,
    Paragraph,
    ReportSection,
    line,
    lines,
)  # fmt: skip
from bis.report.study.study_words import place_text, problem_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bis.model.attribution import Attribution
    from bis.model.facets import Curve
    from bis.model.project_audit import Place
    from bis.model.study_result import (
        EarlierReplay,
        ExperimentResult,
        JudgedReplays,
        PublishedComparison,
        RecordedRun,
    )
    from bis.model.verdict import Item, MetricInterval, Verdict
    from bis.report.figures.figure import Figure
    from bis.report.languages.language import Language

_MOST_METRICS, _MOST_CURVES, _MOST_ITEMS = 24, 8, 60
_LOOK = {Status.RECORDED: "good", Status.PARTIAL: "fair", Status.MISSING: "bad"}


def experiment_section(one: ExperimentResult, language: Language) -> ReportSection:
    """What was found out about an experiment, each claim with what it is read off."""
    parts: list[ReportSection] = []
    if one.run is not None:
        parts.append(_provenance(one, one.run, language))
        parts += _replays(one, one.run, language)
    if one.published:
        parts.append(_published(one, language))
    if one.saved is not None:
        parts.append(_saved(one, one.saved, language))
    if one.earlier is not None:
        parts.append(_earlier(one, one.earlier, language))
    if one.attribution is not None:
        parts.append(_explanation(one, one.attribution, language))
    parts.append(_repairs(one, language))
    return ReportSection(
        one.name, one.title or one.name, tuple(_lead(one, language)), tuple(parts), badge=_overall(one, language)
    )


def result_link(one: ExperimentResult, step: str, language: Language) -> Link:
    """To the file that the result of a step stands in."""
    return Link(language.text("evidence"), f"results/{one.name}-{step}.json")


def _overall(one: ExperimentResult, language: Language) -> BlockBadge | None:
    judged = one.exact or one.fresh
    return None if judged is None else level_badge(judged.verdict.level, language)


def level_badge(level: Level, language: Language) -> BlockBadge:
    """A level of a verdict."""
    found = badge(level, language)
    return BlockBadge(found["word"], found["look"])


def _lead(one: ExperimentResult, language: Language) -> Iterator[Block]:
    yield Paragraph(line(CodeText(one.program)), "soft")
    if one.run is None and one.tried is not None:
        words = place_text(one.tried.place, language)
        yield Paragraph(line(words, " ", result_link(one, "try", language)), "answer")
    for problem in one.problems:
        yield Paragraph((problem_text(problem, language),), "note")


def _provenance(one: ExperimentResult, run: RecordedRun, language: Language) -> ReportSection:
    _ = language.text
    rows = tuple(
        (
            line(term(f.name, language)),
            line(BlockBadge(term(f.status, language), _LOOK[f.status])),
            line(_facet_facts(f.name, run, language)),
            line("; ".join(f.reasons[:3])),
        )
        for f in run.facets
    )
    table = Grid((_("facet"), _("known"), _("what it has"), _("why not more")), rows)
    gone = [f for f in run.facets if f.status is not Status.RECORDED]
    said = (
        _("All facets were recorded.")
        if not gone
        else language.counted(
            "{count} facet is not complete; the table says why.",
            "{count} facets are not complete; the table says why.",
            len(gone),
        )
    )
    blocks: list[Block] = [Paragraph(line(said, " ", result_link(one, "record", language))), table]
    blocks.append(Paragraph(line(_("Run {run_id}.", run_id=run.run_id), *_log(run, language)), "soft"))
    return ReportSection(f"{one.name}-provenance", _("Provenance"), tuple(blocks))


def _log(run: RecordedRun, language: Language) -> Line:
    return (" ", Link(language.text("What the program printed"), run.log)) if run.log else ()


def _facet_facts(name: str, run: RecordedRun, language: Language) -> str:
    _, n = language.text, language.integer
    facts = {
        "code": _("{target}, {files} files of source", target=run.target, files=n(run.source_files)),
        "parameters": language.counted("{count} parameter", "{count} parameters", len(run.params)),
        "environment": _("Python {python}, {count} packages", python=run.python, count=n(len(run.packages))),
        "machine": run.cpu or run.system,
        "data": language.counted("{count} file read", "{count} files read", run.data_files),
        "randomness": _("{draws} draws, {seeds} seeds set", draws=n(run.draws), seeds=n(run.seeds)),
        "outputs": language.counted("{count} metric", "{count} metrics", len(run.metrics)),
    }
    return facts.get(name, "")


def _replays(one: ExperimentResult, run: RecordedRun, language: Language) -> Iterator[ReportSection]:
    _ = language.text
    judged = [(kind, found) for kind, found in ((ReplayKind.EXACT, one.exact), (ReplayKind.FRESH, one.fresh)) if found]
    for kind, found in judged:
        blocks: list[Block] = [*_verdict(one, kind.value, found.verdict, language)]
        title = _("Exact replays") if kind is ReplayKind.EXACT else _("Fresh replays")
        level = level_badge(found.verdict.level, language)
        yield ReportSection(f"{one.name}-{kind.value}", title, tuple(blocks), badge=level)
    if judged:
        yield ReportSection(f"{one.name}-metrics", _("Original and replays"), tuple(_figures(one, run, language)))


def _verdict(one: ExperimentResult, step: str, verdict: Verdict, language: Language) -> Iterator[Block]:
    said = [stated(s, language) for s in verdict.statements]
    said += [stated(s, language) for group in verdict.groups for s in group.statements if s not in verdict.statements]
    first = said[0] if said else term(verdict.level, language)
    yield Paragraph(line(first, " ", result_link(one, step, language)), "answer")
    if said[1:]:
        yield ListBlock(lines(list(dict.fromkeys(said[1:]))))
    items = [item for group in verdict.groups for item in group.items]
    if items:
        yield _items(items, language)
    if verdict.deviations:
        yield ListBlock(lines([deviation_label(d) for d in verdict.deviations]), foreign=True)


def _items(items: Sequence[Item], language: Language) -> Grid:
    _ = language.text
    order = sorted(items, key=lambda i: (not i.counts, -i.level.rank, list(ItemKind).index(i.kind)))
    rows = tuple(
        (
            line(item_label(item, language)),
            line(level_badge(item.level, language) if item.counts else BlockBadge(_("not counted"), "none")),
            line(all_stated(item.statements, language)),
        )
        for item in order[:_MOST_ITEMS]
    )
    return Grid((_("what"), _("verdict"), _("why")), rows, caption=_("What was compared"))


def _figures(one: ExperimentResult, run: RecordedRun, language: Language) -> Iterator[Block]:
    """A strip for each metric, with what was published beside it; a band for each that has steps."""
    _ = language.text
    published = _published_values(one.published)
    exact, fresh = (judged.replays if judged else () for judged in (one.exact, one.fresh))
    same = []
    curves = 0
    for curve in run.metrics[:_MOST_METRICS]:
        replayed = [c for r in (*exact, *fresh) for c in r.metrics if c.name == curve.name]
        if replayed and all(c == curve for c in replayed) and curve.name not in published:
            same.append(curve.name)
            continue
        finals = [tuple(c.final for r in made for c in r.metrics if c.name == curve.name) for made in (exact, fresh)]
        found = _interval(one.fresh, curve.name)
        strip = StripValues(
            curve.name,
            curve.final,
            exact=finals[0],
            fresh=finals[1],
            published=published.get(curve.name, ()),
            interval=None if found is None else (found.low, found.high),
            confidence=0.95 if found is None else found.confidence,
        )
        yield DrawnBlock(_named(metric_strip(strip, language), one.name))
        if len(curve.steps) > 1 and curves < _MOST_CURVES:
            curves += 1
            points = tuple(_points(c) for c in replayed)
            step = _first_different(curve, [c for r in exact for c in r.metrics if c.name == curve.name])
            yield DrawnBlock(
                _named(curve_band(CurveValues(curve.name, _points(curve), points, step), language), one.name)
            )
    if same:
        text = _("These have exactly the bits of the original in all replays: {names}.", names=", ".join(same))
        yield Paragraph((text,))


def _named(figure: Figure, prefix: str) -> Figure:
    return replace(figure, name=f"{prefix}-{figure.name}")


def _published_values(published: Sequence[PublishedComparison]) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for item in (i for one in published for group in one.verdict.groups for i in group.items):
        values = []
        for text in item.evidence.original:
            try:
                values.append(float(text))
            except ValueError:
                continue
        found[item.label or item.name] = tuple(values)
    return found


def _interval(judged: JudgedReplays | None, metric: str) -> MetricInterval | None:
    if judged is None:
        return None
    items = (i for group in judged.verdict.groups for i in group.items if i.name == metric)
    return next((i.evidence.interval for i in items if i.evidence.interval is not None), None)


def _points(curve: Curve) -> dict[int, float]:
    return {step: float.fromhex(value) for step, value in zip(curve.steps, curve.values, strict=True)}


def _first_different(curve: Curve, others: Sequence[Curve]) -> int | None:
    own = dict(zip(curve.steps, curve.values, strict=True))
    found = [dict(zip(c.steps, c.values, strict=True)) for c in others]
    return min((step for step in own for other in found if other.get(step) != own[step]), default=None)


def _published(one: ExperimentResult, language: Language) -> ReportSection:
    _ = language.text
    blocks: list[Block] = []
    for i, table in enumerate(one.published, 1):
        blocks.append(Paragraph(line(stated(table.verdict.statements[0], language) if table.verdict.statements else "",
                                     " ", result_link(one, f"published{i}", language)), "answer"))  # fmt: skip
        blocks.append(published_grid(table, language))
    level = max((t.verdict.level for t in one.published), key=lambda x: x.rank)
    title = _("Beside the published figures")
    return ReportSection(f"{one.name}-published", title, tuple(blocks), badge=level_badge(level, language))


def published_grid(one: PublishedComparison, language: Language) -> Grid:
    """Each published figure beside ours, with the distance in bits."""
    _ = language.text
    rows = tuple(
        (
            line(item.name),
            line(" … ".join(map(language.written, item.evidence.original))),
            line(" … ".join(map(language.written, item.evidence.replayed))),
            line("" if item.evidence.ulps is None else language.integer(item.evidence.ulps)),
            line(level_badge(item.level, language)),
        )
        for group in one.verdict.groups
        for item in group.items
    )
    heads = (_("metric"), _("published"), _("here"), _("distance in ULPs"), _("verdict"))
    return Grid(heads, rows, numeric=(1, 2, 3), caption=one.title or one.table)


def _saved(one: ExperimentResult, verdict: Verdict, language: Language) -> ReportSection:
    title = language.text("Beside the outputs that the notebook was saved with")
    blocks = tuple(_verdict(one, "saved", verdict, language))
    return ReportSection(f"{one.name}-saved", title, blocks, badge=level_badge(verdict.level, language))


def _earlier(one: ExperimentResult, found: EarlierReplay, language: Language) -> ReportSection:
    _ = language.text
    asked = ", ".join(found.asked)
    text = _("Replayed with the packages of {day} ({asked}) and Python {python}.", day=found.as_of, asked=asked,
             python=found.python)  # fmt: skip
    blocks: list[Block] = [Paragraph(line(text, " ", result_link(one, "earlier", language)), "answer")]
    if found.wanted_python and not found.python.startswith(f"{found.wanted_python}."):
        said = _("Python {wanted} is not on this machine: the nearest was taken.", wanted=found.wanted_python)
        blocks.append(Paragraph((said,), "note"))
    if found.curves.failure:
        blocks.append(Paragraph(line(_("It did not end well:"), " ", CodeText(found.curves.failure)), "note"))
    blocks.append(_beside_today(one, found, language))
    blocks += [published_grid(table, language) for table in found.published]
    if found.deviations:
        blocks.append(ListBlock(lines([deviation_label(d) for d in found.deviations]), foreign=True))
    level = found.against_today.level if found.against_today else None
    return ReportSection(
        f"{one.name}-earlier", _("As it was then, beside today"), tuple(blocks),
        badge=level_badge(level, language) if level else None,
    )  # fmt: skip


def _beside_today(one: ExperimentResult, found: EarlierReplay, language: Language) -> Grid:
    _ = language.text
    then = {c.name: c for c in found.curves.metrics}
    items = [i for group in found.against_today.groups for i in group.items] if found.against_today else []
    distance = {i.name: i.evidence.ulps for i in items if i.evidence.ulps is not None}
    rows = []
    for curve in one.run.metrics if one.run else ():
        other = then.get(curve.name)
        value = "" if other is None else language.written(repr(other.final))
        ulps = 0 if other == curve else distance.get(curve.name)
        apart = "" if ulps is None else language.integer(ulps)
        rows.append((line(curve.name), line(value), line(language.written(repr(curve.final))), line(apart)))
    heads = (_("metric"), _("then"), _("today"), _("distance in ULPs"))
    return Grid(
        heads, tuple(rows), numeric=(1, 2, 3), caption=_("The same run, with the packages of then and of today")
    )


def _explanation(one: ExperimentResult, found: Attribution, language: Language) -> ReportSection:
    """Bars for each target, and the lines of code that draw for each cause."""
    _ = language.text
    values = attribution_values(found, language)
    blocks: list[Block] = [Paragraph(line(values["headline"], " ", result_link(one, "explain", language)), "answer")]
    for target in values["targets"]:
        if target["problem"]:
            blocks.append(Paragraph(line(f"{target['name']}: {target['problem']}")))
        else:
            blocks.append(DrawnBlock(_named(target["figure"], one.name)))
    if values["indicative"]:
        said = _("Indicative: with so few blocks of replays an interval may be too short, or a share far off.")
        blocks.append(Paragraph((said,), "note"))
    rows = [row for cause in values["causes"] for row in _cause_rows(cause)]
    if rows:
        heads = (_("cause"), _("place"), _("what draws, or what the audit finds there"), _("how much"))
        blocks.append(Grid(heads, tuple(rows), caption=_("The lines of code behind the causes")))
    blocks.append(ListBlock(lines(values["circumstances"])))
    return ReportSection(f"{one.name}-explanation", _("What makes the results differ"), tuple(blocks))


def _cause_rows(cause: dict[str, Any]) -> Iterator[tuple[Line, ...]]:
    """The lines that draw for a cause, and what the audit finds there."""
    for place in cause["places"]:
        code: Line = (" ", CodeText(place["line"])) if place["line"] else ()
        where = line(CodeText(place["place"]), *code)
        yield line(cause["name"]), where, line(place["site"]), line(place["draws"])
    for found in cause["findings"]:
        said = line(found["code"], " ", found["message"])
        yield line(cause["name"]), line(CodeText(found["place"])), said, ()


def finding_place(place: Place, language: Language) -> str:
    """``train.py:23``, or ``study.ipynb, cell 4:2``, cells from 1."""
    if place.cell < 0:
        return f"{place.file}:{place.line}"
    return language.text("{file}, cell {cell}:{line}", file=place.file, cell=place.cell + 1, line=place.line)


def _repairs(one: ExperimentResult, language: Language) -> ReportSection:
    _ = language.text
    blocks: list[Block] = []
    if one.findings:
        rows = tuple(
            (
                line(CodeText(finding_place(f.place, language))),
                line(f.code),
                line(f.message),
                line(_("by bis audit --fix") if f.edits else ""),
            )
            for f in one.findings
        )
        heads = (_("place"), _("rule"), _("what was found"), _("repaired"))
        blocks.append(Grid(heads, rows, caption=_("What the audit finds in the program")))
    else:
        blocks.append(Paragraph((_("The audit finds nothing to repair in the program."),)))
    if one.run is not None and one.run.uncontrolled:
        said = _("Sources of randomness that no record can replay: {what}.", what=", ".join(one.run.uncontrolled))
        blocks.append(Paragraph((said,), "note"))
    return ReportSection(f"{one.name}-repairs", _("What to repair"), tuple(blocks))
