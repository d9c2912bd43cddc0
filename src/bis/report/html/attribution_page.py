"""The page of an explanation: one HTML file that needs nothing from elsewhere, kept with the run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bis.model.attribution import RepairKind, TargetKind
from bis.report.figures.figure import DataTable
from bis.report.figures.interval_bars import BarValue, interval_bars
from bis.report.html.environment_section import environment_values
from bis.report.html.page import rendered
from bis.report.languages.language import ENGLISH
from bis.report.languages.statement_words import stated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bis.model.attribution import Attribution, Cause, Estimate, RemainingVariance, TargetShares
    from bis.model.role import DrawPlace
    from bis.model.verdict import Deviation
    from bis.report.figures.figure import Figure
    from bis.report.languages.language import Language


def attribution_page(attribution: Attribution, language: Language = ENGLISH) -> str:
    """An explanation as a page."""
    return rendered("attribution.html", language, explained=attribution_values(attribution, language))


def attribution_values(
    attribution: Attribution,
    language: Language,
    code_lines: Mapping[tuple[str, int | None, int], str] | None = None,
) -> dict[str, Any]:
    """What the templates show of an explanation, with the lines of code that it names by (file, cell, line)."""
    lines = code_lines or {}
    said = [stated(one, language) for one in attribution.statements]
    return {
        "run_id": attribution.run_id,
        "headline": said[0] if said else language.text("Explanation"),
        "targets": [_target(target, attribution.confidence, language) for target in attribution.targets],
        "has_shares": any(t.problem is None for t in attribution.targets),
        "indicative": any(t.indicative and t.problem is None for t in attribution.targets),
        "effects": environment_values(attribution.effects, language),
        "causes": [_cause(cause, lines, language) for cause in attribution.causes],
        "remaining": _remaining(attribution.remaining, language),
        "circumstances": _circumstances(attribution, said[1:], language),
    }


def _target(target: TargetShares, confidence: float, language: Language) -> dict[str, Any]:
    name = target_label(target.name, target.kind, language)
    if target.problem is not None:
        return {"name": name, "problem": stated(target.problem, language)}
    return {
        "name": name,
        "problem": "",
        "note": _blocks(target, language),
        "figure": _shares(target, name, confidence, language),
    }


def target_label(name: str, kind: TargetKind, language: Language) -> str:
    """What is explained: a metric by its name."""
    return language.text("predictions of {model}", model=name) if kind is TargetKind.PREDICTIONS else name


def _blocks(target: TargetShares, language: Language) -> str:
    total = target.blocks + target.incomplete
    text = (
        language.counted("{done} of {count} block", "{done} of {count} blocks", total, done=target.blocks)
        if target.incomplete
        else language.counted("{count} block", "{count} blocks", total)
    )
    return f"{text}, {language.text('indicative')}" if target.indicative else text


def _shares(target: TargetShares, name: str, confidence: float, language: Language) -> Figure:
    _ = language.text
    bars, rows = [], []
    for share in sorted(target.shares, key=lambda s: -s.shapley.value):
        inert = _("{cause} (changes nothing)", cause=share.cause) if share.cause in target.inert else share.cause
        bars.append(BarValue(share.cause, share.shapley.value, share.shapley.low, share.shapley.high))
        alone, total = (_percent(e.value, language) for e in (share.first_order, share.total))
        rows.append((inert, _percent(share.shapley.value, language), interval(share.shapley, language), alone, total))
    if target.scheduling is not None:
        found = target.scheduling
        bars.append(BarValue(_("scheduling"), found.value, found.low, found.high, noise=True))
        rows.append((_("scheduling"), _percent(found.value, language), interval(found, language), "", ""))
    if target.interaction is not None:
        found = target.interaction
        within = _("interaction (within the shares)")
        rows.append((within, _percent(found.value, language), interval(found, language), "", ""))
    heads = (
        _("cause"),
        _("share"),
        _("{confidence} interval", confidence=language.percent(confidence)),
        _("alone"),
        _("total"),
    )
    title = _("Shares of the variance of {target}", target=name)
    return interval_bars(
        f"{target.kind.value}-{target.name}", title, bars, DataTable(heads, tuple(rows), numeric=(1, 2, 3, 4)), language
    )


def _percent(share: float, language: Language) -> str:
    return language.percent(min(1.0, max(0.0, share)))


def interval(estimate: Estimate, language: Language, *, most: float = 1.0) -> str:
    """An interval in percent, cut to 0 to `most`; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (min(most, max(0.0, bound)) for bound in (estimate.low, estimate.high))
    return f"{language.percent(low)} … {language.percent(high)}"


def _cause(cause: Cause, lines: Mapping[tuple[str, int | None, int], str], language: Language) -> dict[str, Any]:
    places = [
        {
            "place": place_label(p, language),
            "site": p.site,
            "draws": _draws(p.draws, language),
            "line": lines.get((p.file, p.cell, p.line), "").strip(),
        }
        for p in cause.places
    ]
    found = [
        {"place": f"{f.file}:{f.line}", "code": f.code, "message": f.message, "fixable": f.fixable}
        for f in cause.findings
    ]
    return {
        "name": cause.name,
        "draws": _draws(cause.draws, language),
        "seeded": cause.seeded,
        "places": places,
        "findings": found,
    }


def place_label(place: DrawPlace, language: Language) -> str:
    """``train.py:23``, or ``study.ipynb, cell 4:2``."""
    if not place.file:
        return language.text("(outside of the project)")
    if place.cell is not None:
        return language.text("{file}, cell {cell}:{line}", file=place.file, cell=place.cell, line=place.line)
    return f"{place.file}:{place.line}"


def _draws(count: int, language: Language) -> str:
    return language.counted("{count} draw", "{count} draws", count)


def _remaining(remaining: Sequence[RemainingVariance], language: Language) -> dict[str, Any] | None:
    if not remaining:
        return None
    first = remaining[0]
    how = (
        language.counted(
            "With {cause} repaired in the source, measured in {count} replay:",
            "With {cause} repaired in the source, measured in {count} replays:",
            first.replays,
            cause=first.cause,
        )
        if first.repair is RepairKind.AUDIT
        else language.counted(
            "With {cause} held (the same seeds in all replays), measured in {count} replay:",
            "With {cause} held (the same seeds in all replays), measured in {count} replays:",
            first.replays,
            cause=first.cause,
        )
    )
    return {"head": how, "lines": [_remains(one, language) for one in remaining], "diff": first.diff}


def _remains(one: RemainingVariance, language: Language) -> str:
    name = target_label(one.target, one.kind, language)
    if one.problem is not None:
        return f"{name}: {stated(one.problem, language)}"
    if one.share is None:
        return name
    around = interval(one.share, language, most=math.inf)  # there may be more of it than before
    share = language.percent(max(0.0, one.share.value)) + (f" ({around})" if around else "")
    return language.text("{target}: {share} of the variance remain", target=name, share=share)


def _circumstances(attribution: Attribution, said: Sequence[str], language: Language) -> list[str]:
    made = language.counted(
        "{count} replay, {failed} failed.",
        "{count} replays, {failed} failed.",
        attribution.replays,
        failed=attribution.failed,
    )
    lines = [made]
    if attribution.fixed:
        lines.append(language.text("The same in all replays: {what}.", what=", ".join(attribution.fixed)))
    lines += [deviation_label(d) for d in attribution.deviations]
    return [*lines, *said, *(stated(one, language) for one in attribution.uncontrolled)]


def deviation_label(deviation: Deviation) -> str:
    """What a replay knowingly changed, as it was written down."""
    change = f"{deviation.recorded} → {deviation.replayed}" if deviation.recorded or deviation.replayed else ""
    text = f"{deviation.what}: {change}" if change else deviation.what
    return f"{text} ({deviation.why})" if deviation.why else text
