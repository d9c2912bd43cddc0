"""Pictures."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from bis._verify.published.pictures import PictureLikeness, compare_pictures


def encoded(picture: Image.Image, form: str = "PNG") -> str:
    """A picture as a notebook holds it."""
    file = io.BytesIO()
    picture.save(file, form)
    return base64.b64encode(file.getvalue()).decode()


def page(*changes: tuple[slice, slice, int]) -> Image.Image:
    """A white page with grey blocks."""
    levels = np.full((100, 200), 255, dtype=np.uint8)
    for rows, columns, level in changes:
        levels[rows, columns] = level
    return Image.fromarray(levels)


def likeness(a: Image.Image, b: Image.Image) -> PictureLikeness:
    """How alike they are."""
    return compare_pictures(encoded(a), encoded(b), mime="image/png").likeness


LINE = (slice(50, 52), slice(20, 180), 0)


def test_the_same_pixels_in_other_files() -> None:
    """What is compressed otherwise, or has other metadata, looks the same; what is transparent shows a white page."""
    assert likeness(page(LINE), page(LINE).convert("RGBA")) is PictureLikeness.SAME
    assert likeness(page(), Image.new("RGBA", (200, 100), (9, 9, 9, 0))) is PictureLikeness.SAME


def test_smoothing_is_tolerated() -> None:
    """Edges that are some levels lighter."""
    edge = (slice(52, 53), slice(20, 180), 230)
    assert likeness(page(LINE), page(LINE, edge)) is PictureLikeness.WITHIN


@pytest.mark.parametrize(
    "other",
    [
        page((slice(51, 53), slice(20, 180), 0)),  # a line that lies elsewhere
        page(LINE, (slice(10, 14), slice(10, 12), 0)),  # a few pixels, as of a digit in a title
        page(LINE, (slice(0, 100), slice(0, 200), 240)),  # another background
        page(),
    ],
)
def test_other_pictures(other: Image.Image) -> None:
    """However few pixels differ much, and however little many differ."""
    assert likeness(page(LINE), other) is PictureLikeness.DIFFERENT


def test_pictures_that_cannot_be_compared() -> None:
    """Another size; no picture at all."""
    compared = compare_pictures(encoded(page()), encoded(Image.new("L", (201, 100))), mime="image/png")
    assert (compared.likeness, compared.saved, compared.found) == (PictureLikeness.OTHER_SIZE, (200, 100), (201, 100))
    for bad in ("no base64!", "AAAA", ""):
        assert compare_pictures(encoded(page()), bad, mime="image/png").likeness is PictureLikeness.UNREADABLE


def test_drawings() -> None:
    """In SVG without times and random names; JSON as it is."""
    a = '<svg><metadata>2024</metadata><path id="p1" d="M 1 2" clip-path="url(#c1)"/></svg>'
    b = '<svg><metadata>2026</metadata>\n<path id="p2" d="M 1 2" clip-path="url(#c2)"/></svg>'
    assert compare_pictures(a, b.replace("\n", ""), mime="image/svg+xml").likeness is PictureLikeness.SAME
    assert compare_pictures(a, b.replace("1 2", "1 3"), mime="image/svg+xml").likeness is PictureLikeness.DIFFERENT
    assert compare_pictures("{}", "[]", mime="application/vnd.plotly.v1+json").likeness is PictureLikeness.DIFFERENT
