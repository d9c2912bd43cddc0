"""What the note of a run says about its verdict, in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis.report.languages.language import ENGLISH, Language
from bis.report.languages.statement_words import stated
from bis.report.languages.terms import term
from bis.report.languages.visible_text import visible

if TYPE_CHECKING:
    from bis.model.stored_runs import StoredVerdict

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~-])")
_LONGEST = 600  # characters of the headline


def note_markdown(stored: StoredVerdict, language: Language = ENGLISH) -> str:
    """Level, headline and replays in a few lines; where all of it is."""
    _ = language.text
    verdict = stored.verdict
    said = stated(verdict.statements[0], language) if verdict.statements else ""
    short = said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"
    lines = [f"**bis: {term(verdict.level, language)}** {escaped(short)}".rstrip(), ""]
    lines += [
        _(
            "- replays ({kind}): {count}, {level}",
            kind=term(group.kind, language),
            count=language.integer(group.replays),
            level=term(group.level, language),
        )
        for group in verdict.groups
    ]
    when = language.moment(stored.created_unix_s)
    lines += [
        "",
        _("Artifact `bis/report.html` has all of it (bis {version}, {when}).", version=stored.bis_version, when=when),
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """A text in one line, in which Markdown and HTML mark up nothing."""
    plain = " ".join(visible(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", plain)
