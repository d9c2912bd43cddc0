"""Figures in French: numbers, counts, distances, tolerances; the counterpart of `bis.report.text.figure_words`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.report.text import figure_words

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPACE = "\u202f"  # before a percent sign, and between thousands
_MOST_NAMES = 10  # of runs and metrics there may be hundreds


def with_comma(figure: str) -> str:
    """A number as Python writes it, with the signs of French."""
    return figure.replace(",", _SPACE).replace(".", ",")


def short(value: float | str) -> str:
    """A value with four digits."""
    return with_comma(figure_words.short(value))


def probability(value: float) -> str:
    """A p-value or probability with three digits, never rounded to 0 or 1 when it is neither."""
    return with_comma(figure_words.probability(value))


def percent(value: float) -> str:
    """A share as a percentage."""
    return f"{with_comma(f'{100 * value:g}')}{_SPACE}%"


def whole_percent(value: float) -> str:
    """A share in whole percent, cut to 0 to 100: what is estimated may fall outside."""
    return f"{100 * min(1.0, max(0.0, value)):.0f}{_SPACE}%"


def counted(count: int, nouns: str) -> str:
    """``1 rejeu``, ``2 rejeux``: the noun and its plural are separated by a bar; 0 takes the singular."""
    one, _, many = nouns.partition("|")
    return f"{count} {one if count < 2 else many}"


def listed(names: Sequence[object]) -> str:
    """Names with commas, of many the first."""
    more = f" et {len(names) - _MOST_NAMES} autres" if len(names) > _MOST_NAMES else ""
    return ", ".join(map(str, names[:_MOST_NAMES])) + more


def distance(ulps: int | None, precision: str | None, relative: float | None) -> str:
    """How far two values are apart; ULPs are left out where there are too many to be informative."""
    parts = []
    if ulps is not None and ulps < 100_000:
        parts.append(f"{with_comma(f'{ulps:,}')} ULP de {precision}")
    if relative is not None:
        parts.append(f"{with_comma(f'{relative:.2g}')} en relatif")
    return ", ".join(parts) if parts else "aucune distance finie"


_ORIGINS = {
    "declared": "déclarée",
    "whole-numbers": "par défaut pour les nombres entiers",
    "float32": "par défaut pour les valeurs float32",
    "float64": "par défaut pour les valeurs float64",
}


def tolerance(origin: str, atol: float, rtol: float) -> str:
    """A tolerance and where it comes from."""
    parts = []
    if rtol or not atol:
        parts.append(f"rtol {with_comma(f'{rtol:g}')}")
    if atol:
        parts.append(f"atol {with_comma(f'{atol:g}')}")
    return f"{', '.join(parts)} ({_ORIGINS[origin]})"
