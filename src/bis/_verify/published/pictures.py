"""Two pictures of a notebook: compared pixel by pixel, with a tolerance for how lines and letters are smoothed."""

from __future__ import annotations

import base64
import io
import re
import warnings
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# By how many levels of 255 a channel may be off: another version of a font renderer or another processor moves the
# smoothed edges of letters and lines by some levels. A changed digit, or a line that lies elsewhere by half a pixel,
# moves single pixels by a hundred levels and more, and is never hidden by the mean.
GREATEST_LEVELS = 48
MEAN_LEVELS = 0.5
_MAX_CHARACTERS = 100_000_000

# What two drawings as SVG differ in that look the same: times, and the random names of their parts.
_SVG_ASIDE = re.compile(
    r"<metadata>.*?</metadata>|<!--.*?-->|\s(?:id|xlink:href|href|clip-path|class)=(?:\"[^\"]*\"|'[^']*')|url\([^)]*\)"
    r"|<\?xml.*?\?>|<!DOCTYPE[^>]*>",
    re.DOTALL,
)


class PictureLikeness(str, Enum):
    """How alike two pictures are."""

    SAME = "same"  # every pixel
    WITHIN = "within"  # the tolerance
    DIFFERENT = "different"
    OTHER_SIZE = "other-size"
    UNREADABLE = "unreadable"
    OTHER_FORMAT = "other-format"
    NOT_KEPT = "not-kept"  # of the run


@dataclass(frozen=True, slots=True)
class PictureComparison:
    """Two pictures side by side.

    `greatest` is the greatest difference of a channel in levels of 255, `share` the share of pixels that differ (0 to
    1); both are 0 where pixels were not compared. `saved` and `found` are width and height in pixels.
    """

    likeness: PictureLikeness
    greatest: int = 0
    share: float = 0.0
    saved: tuple[int, ...] = ()
    found: tuple[int, ...] = ()


def compare_pictures(saved: str, now: str, *, mime: str) -> PictureComparison:
    """Compare two pictures of one MIME type as a notebook file holds them: in base64, SVG and JSON as text."""
    if saved == now:
        return PictureComparison(PictureLikeness.SAME)
    if not mime.startswith("image/") or mime == "image/svg+xml":
        alike = _without_names(saved) == _without_names(now)
        return PictureComparison(PictureLikeness.SAME if alike else PictureLikeness.DIFFERENT)
    try:
        return _compare_pixels(_pixels(saved), _pixels(now))
    except (ValueError, OSError, SyntaxError, MemoryError):  # all that Pillow raises for bad files
        return PictureComparison(PictureLikeness.UNREADABLE)


def _compare_pixels(a: NDArray[np.int16], b: NDArray[np.int16]) -> PictureComparison:
    if a.shape != b.shape:
        return PictureComparison(PictureLikeness.OTHER_SIZE, saved=a.shape[1::-1], found=b.shape[1::-1])
    off = np.abs(a - b).max(axis=2)
    greatest, mean = int(off.max(initial=0)), float(off.mean()) if off.size else 0.0
    within = greatest <= GREATEST_LEVELS and mean <= MEAN_LEVELS
    likeness = (
        PictureLikeness.SAME if greatest == 0 else PictureLikeness.WITHIN if within else PictureLikeness.DIFFERENT
    )
    return PictureComparison(likeness, greatest, float((off > 0).mean()) if off.size else 0.0)


def _pixels(text: str) -> NDArray[np.int16]:
    """Colours on a white page: what is transparent shows the page."""
    from PIL import Image  # heavy, and for notebooks with pictures only

    if len(text) > _MAX_CHARACTERS:
        raise ValueError(len(text))
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
                coloured = picture.convert("RGBA")
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise ValueError(str(error)) from error
    page = Image.new("RGBA", coloured.size, "white")
    return np.asarray(Image.alpha_composite(page, coloured).convert("RGB"), dtype=np.int16)


def _without_names(drawing: str) -> str:
    return re.sub(r"\s+", " ", _SVG_ASIDE.sub("", drawing)).strip()
