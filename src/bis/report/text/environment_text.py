"""What environment settings do, as text: a table with a line for each result, and what must be known to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.attribution import TargetKind
from bis.report.text.figure_words import counted, probability, short
from bis.report.text.statement_text import statement_text
from bis.report.text.terminal import bullet, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.attribution import EffectOnTarget, EnvironmentEffect

_COLUMNS = ("", "result", "bits", "difference", "p", "share", "parts at")
_SHOWN_CHANGES = 6  # of other packages; the rest is counted


def environment_parts(effects: Sequence[EnvironmentEffect]) -> list[Any]:
    """The section of an explanation about environment settings.

    ``share`` is the share of the variance by seeds that a cause with differences of this size would have, ``parts
    at`` the first step of a metric's history at which the bits part.
    """
    parts: list[Any] = ["environment, in paired replays that differ in nothing else:"]
    said: list[str] = []
    for effect in effects:
        if effect.problem is not None:
            parts.append(f"{change_text(effect)}: {statement_text(effect.problem)}")
            continue
        parts.append(f"{change_text(effect)}, {counted(max((e.pairs for e in effect.effects), default=0), 'pair')}")
        rows = [("", *effect_cells(one)) for one in effect.effects]
        if rows:
            parts.append(table(_COLUMNS, rows, right=(4, 5), whole=(6,), fold=3))
        new = [text for text in remarks(effect) if text not in said]
        said += new
        parts += [bullet(text) for text in new]
    return parts


def change_text(effect: EnvironmentEffect) -> str:
    """What was changed, from which value to which: ``threads: 2 -> 1``."""
    recorded = f"{effect.recorded} " if effect.recorded else ""
    return f"{effect.setting}: {recorded}-> {effect.changed or 'empty'}"


def effect_cells(effect: EffectOnTarget) -> tuple[str, str, str, str, str, str]:
    """Result, bits, difference with its interval, p-value, equivalent share, and step of divergence."""
    bits = "same" if effect.bit_identical else "differ"
    if effect.noisy:
        bits += ", as do repeats"
    difference = ""
    if not effect.bit_identical and effect.difference is not None:
        difference = short(effect.difference)
        if effect.low is not None and effect.high is not None:
            difference += f" ({short(effect.low)} to {short(effect.high)})"
        if effect.kind is TargetKind.PREDICTIONS:
            difference += " rms" + ("" if effect.churn is None else f", {_percent(effect.churn)} other classes")
    return (
        effect.name if effect.kind is TargetKind.METRIC else f"{effect.kind.value} {effect.name}",
        bits,
        difference,
        "" if effect.p_value is None else probability(effect.p_value),
        "" if effect.equivalent_share is None or effect.bit_identical else _percent(effect.equivalent_share),
        "" if effect.diverges_at is None else f"step {effect.diverges_at}",
    )


def remarks(effect: EnvironmentEffect) -> list[str]:
    """What must be known to read an effect: statements about it, and what else changed."""
    texts = [statement_text(one) for one in effect.statements]
    shown = [f"{d.what} {d.recorded} -> {d.replayed}" for d in effect.deviations[:_SHOWN_CHANGES]]
    more = len(effect.deviations) - len(shown)
    if shown:
        texts.append("also changed: " + ", ".join(shown) + (f" and {more} more" if more else ""))
    return texts


def _percent(share: float) -> str:
    """A share, with so many digits that a small one does not look like none."""
    if 0 < share < 0.001:
        return f"{100 * share:.1g} %"
    return f"{100 * share:.1f} %" if share < 10 else f"{100 * share:.0f} %"
