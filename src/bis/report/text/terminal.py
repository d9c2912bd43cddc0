"""Text of a given width, with or without colour: the one place that knows rich."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.table import Table

# One style for each word that a reader looks for; without colour only the words are printed.
STYLES = {
    "bitwise": "bold green",
    "bitwise metrics": "bold green",
    "numerical": "green",
    "statistical": "cyan",
    "inconclusive": "yellow",
    "divergent": "bold red",
    "not executable": "bold red",
    "recorded": "green",
    "partial": "yellow",
    "missing": "red",
    "same": "green",
    "same as far as recorded": "green",
    "differs": "bold red",
    "not recorded": "yellow",
}

# What colours text, moves the cursor or names a window, as programs print it: CSI, OSC, and the short sequences.
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
# Other control characters, and what changes the order of reading, ends lines or is not seen at all: a name could read
# as another one.
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Recorded text as it may be shown: without escape sequences, and with � for other characters that steer."""
    return STEERING.sub("\ufffd", _ESCAPES.sub("", text))


def text_of(parts: Iterable[Any], *, width: int = 80, colour: bool = False) -> str:
    """Render strings and rich objects one below the other; no line is wider than `width` or ends in blanks."""
    from rich.console import Console
    from rich.segment import Segment

    class SafeConsole(Console):
        """Lets nothing through but its own styles, wherever the text of a part comes from."""

        def render(self, renderable: Any, options: Any = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                text = segment.text if segment.control else visible(segment.text)
                yield segment if text == segment.text else Segment(text, segment.style)

    file = io.StringIO()
    console = SafeConsole(
        file=file,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    for part in parts:
        # A line that was broken already, where it may be, is neither broken again nor cut.
        console.print(
            visible(part) if isinstance(part, str) else part, soft_wrap=getattr(part, "no_wrap", None) is True
        )
    lines = file.getvalue().split("\n")
    return "\n".join(line.rstrip() for line in lines)


UNBROKEN = 10_000  # characters: no line of a report is as long


def print_text(render: Callable[[int, bool], str], *, piped: int = 0) -> None:
    """Print ``render(width, colour)`` on stdout.

    The width is the terminal's, and in a pipe `piped`, or else 80; colour is used on terminals only, and not where
    NO_COLOR is set.
    """
    from rich.console import Console

    console = Console()
    width = piped if piped and not console.is_terminal else console.width
    console.file.write(render(width, console.is_terminal and not console.no_color))


def hanging(words: Iterable[tuple[str, str]], *, width: int, indent: int) -> list[Any]:
    """Lines of at most `width` characters that are broken between words only; all but the first are indented.

    Parameters
    ----------
    words : iterable of (str, str)
        Each with its style. A word stays whole, blanks in it included: a path that is longer than the line makes that
        line longer.
    width, indent : int
        In characters.
    """
    from rich.cells import cell_len
    from rich.text import Text

    lines = [Text(no_wrap=True)]
    filled = 0
    for word, style in words:
        if filled and filled + 1 + cell_len(word) > width and lines[-1].plain.strip():
            lines.append(Text(" " * indent, no_wrap=True))
            filled = indent
        elif filled:
            lines[-1].append(" ")
            filled += 1
        lines[-1].append(word, style=style)
        filled += cell_len(word)
    return lines


def styled(word: str) -> Any:
    """A word in its own style."""
    from rich.text import Text

    return Text(word, style=STYLES.get(word, ""))


def headline(word: str, rest: str, *, before: str = "") -> Any:
    """A line that leads with a word of the scale: ``word: rest``."""
    from rich.text import Text

    line = Text(visible(before))
    line.append(word, style=STYLES.get(word, "bold"))
    line.append(f": {visible(rest)}" if rest else "")
    return line


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
    fold: int = -1,
) -> Table:
    """A table without lines.

    `right` are columns of figures, `whole` those whose cells are never broken, `fold` the one with the free width.
    """
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(columns), header_style="bold")
    last = fold % len(columns)
    for i, name in enumerate(columns):
        made.add_column(
            name,
            justify="right" if i in right else "left",
            overflow="fold",
            no_wrap=i in whole,
            ratio=1 if i == last else None,
        )
    for row in rows:
        made.add_row(*(visible(cell) if isinstance(cell, str) else cell for cell in row))
    return made


def bullet(text: str, *, mark: str = "-") -> Any:
    """A paragraph that is indented under its mark."""
    from rich.padding import Padding
    from rich.table import Table

    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    grid.add_row(mark, visible(text))
    return Padding(grid, (0, 0, 0, 2))


def quoted(text: str, *, lines: int) -> list[Any]:
    """The last lines of a text that a program printed, indented, with the number of those before them."""
    from rich.padding import Padding
    from rich.text import Text

    found = visible(text.strip("\n")).split("\n") if text.strip() else []
    left = len(found) - lines
    shown = [f"({left} lines before)", *found[-lines:]] if left > 0 else found
    return [Padding(Text("\n".join(shown), overflow="fold"), (0, 0, 0, 6))] if shown else []
