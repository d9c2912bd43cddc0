"""Text of a given width, with or without colour: the one place that knows rich."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """Recorded text as it may be shown: without escape sequences, and with � for other control characters."""
    return _CONTROL.sub("\ufffd", _ESCAPES.sub("", text))


def text_of(parts: Iterable[Any], *, width: int = 80, colour: bool = False) -> str:
    """Render strings and rich objects one below the other; no line is wider than `width` or ends in blanks."""
    from rich.console import Console

    file = io.StringIO()
    console = Console(
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
        console.print(visible(part) if isinstance(part, str) else part)
    lines = file.getvalue().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def print_text(render: Callable[[int, bool], str]) -> None:
    """Print ``render(width, colour)`` on stdout.

    The width is the terminal's, 80 in a pipe; colour is used on terminals only, and not where NO_COLOR is set.
    """
    from rich.console import Console

    console = Console()
    console.file.write(render(console.width, console.is_terminal and not console.no_color))


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
