"""Text of a given width."""

from __future__ import annotations

import pytest

from bis.report.text.terminal import bullet, headline, print_text, quoted, styled, table, text_of, visible


def test_widths_and_blanks() -> None:
    """Long paragraphs are folded under their mark; no line ends in blanks."""
    text = text_of([bullet("word " * 30), table(("a", "b"), [("1", "2")], right=(1,))], width=40)
    assert max(map(len, text.split("\n"))) <= 40
    assert text.startswith("  - word")
    assert "\n    word" in text
    assert all(line == line.rstrip() for line in text.split("\n"))


def test_names_are_no_markup() -> None:
    """A metric named [bold] is printed as such."""
    assert text_of([table(("", ""), [("[bold]", ":smile:")]), "[red]"]) == "[bold]  :smile:\n[red]\n"


def test_headlines_lead_with_the_word() -> None:
    """With and without what stands before."""
    assert text_of([headline("bitwise", "all"), headline("partial", "", before="code  "), styled("same")]) == (
        "bitwise: all\ncode  partial\nsame\n"
    )


def test_printing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """80 columns and no colour."""
    print_text(lambda width, colour: f"{width} {colour}\n")
    assert capsys.readouterr().out == "80 False\n"


def test_recorded_text_cannot_steer_a_terminal() -> None:
    """Colours, cursor movements, window titles and other control characters are taken out wherever text is shown."""
    raw = "\x1b[1;31mred\x1b[0m \x1b[2K\x1b]0;title\x07\x1b(Bback\x08\rend\x9b"
    clean = "red back\ufffd\ufffdend\ufffd"
    assert visible(raw) == clean
    text = text_of([raw, bullet(raw), headline("same", raw), table(("", ""), [(raw, "")]), *quoted(raw, lines=3)])
    assert text.count(clean) == 5
    assert "\x1b" not in text
    assert visible("tab\tand\nline é 表") == "tab\tand\nline é 表"


STEERS = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\r",
    "\x08",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u2028",
    "\ufeff",
    "\U000e0041",
]


@pytest.mark.parametrize("steers", STEERS, ids=lambda value: ascii(value).strip("'"))
def test_nothing_steers_the_terminal_whatever_it_came_in(steers: str) -> None:
    """Texts, cells, bullets, and objects of rich that were made elsewhere of what a record holds."""
    from rich.text import Text

    text = f"name{steers}erased"
    parts = [text, table(("", ""), [(text, Text(text))]), bullet(text), Text(text), headline("same", text)]
    for colour in (False, True):
        printed = text_of(parts, width=200, colour=colour)
        left = printed.replace("\x1b[0m", "").replace("\x1b[1;32m", "").replace("\x1b[32m", "")
        assert steers not in left
        assert left.count("name") == 6
        assert left.count("erase") >= 4  # rich itself cuts what it took for wider in objects of its own
