"""The shares of an explanation as a picture of its own: bars with their intervals, in SVG, drawn without any extra."""

# ruff: noqa: E501 (markup is not broken where a line ends)

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bis.report.text.attribution_text import block_count, interval_text, target_name
from bis.report.text.explanation_statements import whole_percent

if TYPE_CHECKING:
    from bis.model.attribution import Attribution, Estimate, TargetShares

_LEFT, _PLOT, _RIGHT = 150, 360, 170  # widths in pixels: names, bars, figures
_ROW, _HEAD, _FOOT, _GAP = 24, 34, 22, 18  # heights in pixels
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1b1f24}.head{font-weight:600}.soft{fill:#57606a;font-size:12px}"
    ".bar{fill:#0072b2}.noise{fill:#767676}.line{stroke:#1b1f24;stroke-width:1.5}.grid{stroke:#d0d7de;stroke-width:1}"
    "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.bar{fill:#4fa3d9}.line{stroke:#e6edf3}.grid{stroke:#3d444d}}"
)


def share_picture(attribution: Attribution) -> str:
    """All targets that have shares, one below the other; empty where there is none."""
    targets = [t for t in attribution.targets if t.problem is None]
    if not targets:
        return ""
    rows, top = [], 0
    for target in targets:
        made, height = _target(target, top)
        rows += made
        top += height + _GAP
    width, height = _LEFT + _PLOT + _RIGHT, top - _GAP
    space = 'xmlns="http://www.w3.org/2000/svg"'
    head = f'<svg {space} viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
    title = f"<title>Shares of the variance of {escape(', '.join(target_name(t) for t in targets))}</title>"
    return "\n".join([head, title, f"<style>{_STYLE}</style>", *rows, "</svg>"]) + "\n"


def _target(target: TargetShares, top: int) -> tuple[list[str], int]:
    shares = sorted(target.shares, key=lambda s: -s.shapley.value)
    listed: list[tuple[str, Estimate, str]] = [(s.cause, s.shapley, "bar") for s in shares]
    if target.scheduling is not None:
        listed.append(("scheduling", target.scheduling, "noise"))
    note = f"{block_count(target)}{', indicative' if target.indicative else ''}"
    bottom = top + _HEAD + _ROW * len(listed)
    parts = [
        f'<text class="head" x="0" y="{top + 16}">{escape(target_name(target))} <tspan class="soft">({note})</tspan></text>'
    ]
    for percent in (0, 25, 50, 75, 100):
        x = _x(percent / 100)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{top + _HEAD - 6}" y2="{bottom}"/>')
        parts.append(f'<text class="soft" x="{x}" y="{bottom + 15}" text-anchor="middle">{percent} %</text>')
    for i, (name, estimate, kind) in enumerate(listed):
        parts += _bar(name, estimate, kind, top + _HEAD + _ROW * i)
    return parts, _HEAD + _ROW * len(listed) + _FOOT


def _bar(name: str, estimate: Estimate, kind: str, y: int) -> list[str]:
    middle = y + _ROW / 2 - 3
    parts = [
        f'<text x="{_LEFT - 10}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{_x(estimate.value) - _LEFT}" height="{_ROW - 8}"/>',
    ]
    if estimate.low is not None and estimate.high is not None:
        low, high = _x(estimate.low), _x(estimate.high)
        parts += [
            f'<line class="line" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>',
            *(f'<line class="line" x1="{x}" x2="{x}" y1="{middle - 4}" y2="{middle + 4}"/>' for x in (low, high)),
        ]
    figures = f"{whole_percent(estimate.value)}  {interval_text(estimate)}".rstrip()
    parts.append(f'<text x="{_LEFT + _PLOT + 12}" y="{middle + 4}">{escape(figures)}</text>')
    return parts


def _x(share: float) -> float:
    return round(_LEFT + _PLOT * min(1.0, max(0.0, share)), 1)
