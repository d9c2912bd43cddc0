"""What environment settings do, as a section of the page of an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.attribution import TargetKind
from bis.report.figures.figure import DataTable
from bis.report.languages.statement_words import stated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.attribution import EffectOnTarget, EnvironmentEffect
    from bis.report.languages.language import Language

_SHOWN_CHANGES = 6  # of other packages; the rest is counted


def environment_values(effects: Sequence[EnvironmentEffect], language: Language) -> list[dict[str, Any]]:
    """What the template shows of each setting: what was changed, a table of what that does, and remarks."""
    return [
        {
            "change": _change(effect, language),
            "problem": "" if effect.problem is None else stated(effect.problem, language),
            "table": _table(effect, language),
            "remarks": _remarks(effect, language),
        }
        for effect in effects
    ]


def _change(effect: EnvironmentEffect, language: Language) -> str:
    recorded = f"{effect.recorded} " if effect.recorded else ""
    return f"{effect.setting}: {recorded}→ {effect.changed or language.text('empty')}"


def _table(effect: EnvironmentEffect, language: Language) -> DataTable:
    _ = language.text
    heads = (_("result"), _("bits"), _("difference"), "p", _("share"), _("parts at"))
    return DataTable(heads, tuple(_cells(one, language) for one in effect.effects), numeric=(3, 4))


def _cells(effect: EffectOnTarget, language: Language) -> tuple[str, ...]:
    _ = language.text
    names = {
        TargetKind.METRIC: effect.name,
        TargetKind.PREDICTIONS: _("predictions of {model}", model=effect.name),
        TargetKind.MODEL: _("model {model}", model=effect.name),
    }
    bits = _("same") if effect.bit_identical else _("differ, as do repeats") if effect.noisy else _("differ")
    shown = effect.equivalent_share is not None and not effect.bit_identical
    return (
        names[effect.kind],
        bits,
        _difference(effect, language),
        "" if effect.p_value is None else language.probability(effect.p_value),
        _share(effect.equivalent_share or 0.0, language) if shown else "",
        "" if effect.diverges_at is None else _("step {step}", step=effect.diverges_at),
    )


def _difference(effect: EffectOnTarget, language: Language) -> str:
    if effect.bit_identical or effect.difference is None:
        return ""
    text = language.number(effect.difference)
    if effect.low is not None and effect.high is not None:
        text += f" ({language.number(effect.low)} … {language.number(effect.high)})"
    if effect.kind is TargetKind.PREDICTIONS:
        text += language.text(" (root mean square)")
        if effect.churn is not None:
            text += language.text(", {share} other classes", share=_share(effect.churn, language))
    return text


def _remarks(effect: EnvironmentEffect, language: Language) -> list[str]:
    texts = [stated(one, language) for one in effect.statements]
    shown = [f"{d.what} {d.recorded} → {d.replayed}" for d in effect.deviations[:_SHOWN_CHANGES]]
    if len(effect.deviations) > len(shown):
        shown.append(language.text("and {count} more", count=len(effect.deviations) - len(shown)))
    if shown:
        texts.append(language.text("Also changed: {what}", what=", ".join(shown)))
    return texts


def _share(share: float, language: Language) -> str:
    return language.percent(share, 1 if share < 10 else 0)
