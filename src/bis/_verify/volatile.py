"""What differs between any two executions and says nothing about the result: in printed text, and by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._verify.figures.text_reading import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._verify.figures.clock_times import RunWindow
    from bis._verify.figures.volatile_token import VolatileToken


def without_volatile(text: str, windows: Sequence[RunWindow] = ()) -> tuple[str, tuple[VolatileToken, ...]]:
    """Replace what does not decide in `text` by placeholders; also say of what kinds it was.

    Line endings are made alike; of a line that was overwritten in place (progress bars) only its last state is kept;
    logs of libraries are left out. `windows` says when the programs ran, as for `read_text`.
    """
    reading = read_text(text, windows)
    return "\n".join(line.stable for line in reading.lines), tuple(reading.ignored)
