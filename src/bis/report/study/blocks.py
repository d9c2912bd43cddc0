"""What the report of a study is made of, whatever it is written in: sections with texts, lists, tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bis.report.figures.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a place of the report (``#basic``) or to a file beside it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class BlockBadge:
    """A word that is to be seen at once: `look` is good, fair, bad or none."""

    word: str
    look: str


@dataclass(frozen=True, slots=True)
class CodeText:
    """Words of a program: a path, a line, a name."""

    text: str


Inline = str | Link | BlockBadge | CodeText
Line = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `look` is empty, ``answer``, ``note`` or ``soft``."""

    line: Line
    look: str = ""


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; `foreign` where its words are not in the language of the report, but in English."""

    lines: tuple[Line, ...]
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose cells may lead somewhere; `numeric` are columns with numbers, from 0."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numeric: tuple[int, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class DrawnBlock:
    """A figure with its data; its name is unique in the report."""

    figure: Figure


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of a program."""

    text: str


Block = Paragraph | ListBlock | Grid | DrawnBlock | CodeBlock


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section: `anchor` is its place, unique in the report."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[ReportSection, ...] = ()
    badge: BlockBadge | None = None


@dataclass(frozen=True, slots=True)
class StudyReport:
    """A report: what stands before its sections, and these."""

    title: str
    lead: tuple[Block, ...] = ()
    sections: tuple[ReportSection, ...] = field(default_factory=tuple)


def line(*parts: Inline) -> Line:
    """A line of these parts, without empty ones."""
    return tuple(part for part in parts if part != "")


def lines(texts: Sequence[str]) -> tuple[Line, ...]:
    """A line for each text."""
    return tuple((text,) for text in texts if text)
