"""The report of a study in Markdown: the same as the page, with figures as their tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis.report.languages.language import language as language_of
from bis.report.languages.visible_text import visible
from bis.report.study.blocks import BlockBadge, CodeBlock, CodeText, DrawnBlock, Link, ListBlock, Paragraph
from bis.report.study.study_report import study_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bis.model.study_result import StudyResult
    from bis.report.study.blocks import Block, Inline, ReportSection

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def study_markdown(result: StudyResult) -> str:
    """The report of a study in its language."""
    report = study_report(result, language_of(result.language))
    parts = [f"# {escaped(report.title)}", *_blocks(report.lead)]
    for section in report.sections:
        parts += _section(section, 2)
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """A text that Markdown takes for nothing but text."""
    return _SPECIAL.sub(r"\\\1", visible(text).replace("\n", " "))


def _section(section: ReportSection, level: int) -> Iterator[str]:
    badge = f" ({escaped(section.badge.word)})" if section.badge else ""
    yield f'<a id="{section.anchor}"></a>'
    yield f"{'#' * min(level, 6)} {escaped(section.title)}{badge}"
    yield from _blocks(section.blocks)
    for inner in section.sections:
        yield from _section(inner, level + 1)


def _blocks(blocks: Sequence[Block]) -> list[str]:
    return [_block(block) for block in blocks]


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        text = _line(block.line)
        return f"> {text}" if block.look in {"answer", "note"} else text
    if isinstance(block, ListBlock):
        return "\n".join(f"- {_line(one)}" for one in block.lines)
    if isinstance(block, CodeBlock):
        return f"```text\n{block.text.replace('```', '` ` `')}\n```"
    if isinstance(block, DrawnBlock):
        table = block.figure.table
        rows = [[escaped(cell) for cell in row] for row in table.rows]
        return f"**{escaped(block.figure.title)}**\n\n{_table(table.heads, rows, table.numeric)}"
    rows = [[_line(cell) for cell in row] for row in block.rows]
    caption = f"**{escaped(block.caption)}**\n\n" if block.caption else ""
    return f"{caption}{_table(block.heads, rows, block.numeric)}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int]) -> str:
    marks = ["---:" if i in numeric else "---" for i in range(len(heads))]
    body = [[escaped(head) for head in heads], marks, *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in body)


def _line(parts: Sequence[Inline]) -> str:
    return "".join(map(_inline, parts)).strip()


def _inline(part: Inline) -> str:
    if isinstance(part, str):
        return escaped(part)
    if isinstance(part, Link):
        return f"[{escaped(part.text)}]({part.href.replace(' ', '%20')})"
    if isinstance(part, BlockBadge):
        return f"**{escaped(part.word)}**"
    return _code(part)


def _code(part: CodeText) -> str:
    text = visible(part.text).replace("\n", " ").replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"
