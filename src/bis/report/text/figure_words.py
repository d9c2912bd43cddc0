"""Figures in English: numbers, counts, distances, tolerances."""

from __future__ import annotations

import math


def short(value: float | str) -> str:
    """A value with four digits, for intervals and distances."""
    return f"{float(value):.4g}"


def probability(value: float) -> str:
    """A p-value or probability with three digits, never rounded to 0 or 1 when it is neither."""
    if 0 < value < 0.001:
        return f"{value:.1e}"
    return f"{value:.3f}" if value < 0.9995 else f"{math.floor(value * 1000) / 1000:.3f}" if value < 1 else "1"


def percent(value: float) -> str:
    """A share as a percentage: ``95 %``."""
    return f"{100 * value:g} %"


def counted(count: int, noun: str) -> str:
    """``1 replay``, ``2 replays``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def distance(ulps: int | None, precision: str | None, relative: float | None) -> str:
    """How far two values are apart; ULPs are left out where there are too many to be informative."""
    parts = []
    if ulps is not None and ulps < 100_000:
        parts.append(f"{ulps:,} ULP{'' if ulps == 1 else 's'} of {precision}")
    if relative is not None:
        parts.append(f"{relative:.2g} relative")
    return ", ".join(parts) if parts else "no finite distance"


_ORIGINS = {
    "declared": "declared",
    "whole-numbers": "default for whole numbers",
    "float32": "default for float32 values",
    "float64": "default for float64 values",
}


def tolerance(origin: str, atol: float, rtol: float) -> str:
    """A tolerance and where it comes from, as a `numerical` verdict states it."""
    parts = []
    if rtol or not atol:
        parts.append(f"rtol {rtol:g}")
    if atol:
        parts.append(f"atol {atol:g}")
    return f"{', '.join(parts)} ({_ORIGINS[origin]})"


def data_size(size_bytes: int) -> str:
    """A number of bytes in the unit that suits it; empty for none."""
    if not size_bytes:
        return ""
    size = float(size_bytes)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def duration(seconds: float) -> str:
    """How long something takes, in the unit that suits it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} h"
