"""Figures and counts as the statements of a verdict write them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.stats.ulp import UlpDistance


def number(value: float) -> str:
    """A value with all its digits, as Python prints it."""
    return repr(value) if not value.is_integer() or abs(value) >= 1e16 else f"{value:.1f}"


def short(value: float) -> str:
    """A value with four digits, for intervals and distances."""
    return f"{value:.4g}"


def probability(value: float) -> str:
    """A p-value or probability with three digits, never rounded to 0 or 1 when it is neither."""
    if 0 < value < 0.001:
        return f"{value:.1e}"
    return f"{value:.3f}" if value < 0.9995 else f"{math.floor(value * 1000) / 1000:.3f}" if value < 1 else "1"


def counted(count: int, noun: str) -> str:
    """``1 replay``, ``2 replays``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def distance(ulps: UlpDistance | None, relative: float | None) -> str:
    """How far two values are apart, in words."""
    parts = []
    if ulps is not None and ulps.count < 100_000:
        parts.append(f"{ulps.count:,} ULP{'' if ulps.count == 1 else 's'} of {ulps.precision.value}")
    if relative is not None:
        parts.append(f"{relative:.2g} relative")
    return ", ".join(parts) if parts else "no finite distance"
