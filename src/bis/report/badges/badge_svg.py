"""A badge as a picture: one SVG file that needs nothing from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bis.report.badges.verdict_badge import Badge

_HEIGHT = 20
_PADDING = 7  # pixels on each side of a text
_LABEL_COLOUR = "#454c54"
# Widths of letters of Verdana at 11 pixels, in pixels; `textLength` makes other fonts as wide.
_NARROW, _WIDE, _USUAL = 3.9, 9.6, 6.9
_NARROW_LETTERS = frozenset("ijlt.,:;'|!() fr/I")
_WIDE_LETTERS = frozenset("mwMW%@")


def badge_svg(badge: Badge) -> str:
    """The badge as SVG 1.1, with its words as its title, for those who do not see it."""
    title = escape(f"{badge.label}: {badge.message}")
    left, right = _width(badge.label), _width(badge.message)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img" '
        f'aria-label="{title}">\n'
        f"<title>{title}</title>\n"
        f'<clipPath id="rounded"><rect width="{left + right}" height="{_HEIGHT}" rx="3"/></clipPath>\n'
        f'<g clip-path="url(#rounded)">'
        f'<rect width="{left}" height="{_HEIGHT}" fill="{_LABEL_COLOUR}"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{escape(badge.colour)}"/></g>\n'
        f'<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">\n'
        f"{_text(badge.label, left / 2, left)}{_text(badge.message, left + right / 2, right)}"
        f"</g>\n</svg>\n"
    )


def _text(text: str, middle: float, width: int) -> str:
    length = width - 2 * _PADDING
    return f'<text x="{middle:g}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>\n'


def _width(text: str) -> int:
    letters = sum(_NARROW if c in _NARROW_LETTERS else _WIDE if c in _WIDE_LETTERS else _USUAL for c in text)
    return round(letters) + 2 * _PADDING
