"""``bis rule``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bis import api
from bis.cli.options import as_json, print_json
from bis.report.json.envelope import to_document
from bis.report.text.terminal import print_text, table, text_of

if TYPE_CHECKING:
    from bis.model.rule_text import RuleText


@click.command()
@as_json
@click.argument("code", required=False, metavar="[CODE]")
def rule(*, as_json: bool, code: str | None) -> int:
    """Explain a rule of the audit; without CODE, list all.

    \b
    bis rule BIS103      what it finds, why it matters, a bad and a good example
    """
    known = api.rules() if code is None else [api.rule(code)]
    if as_json:
        documents = [to_document("bis.rule", one) for one in known]
        print_json(documents[0] if code is not None else {"format": "bis.rules", "version": 1, "rules": documents})
    elif code is not None:
        print_text(lambda width, colour: _explained(known[0], width, colour))
    else:
        print_text(lambda width, colour: _listed(known, width, colour))
    return 0


def _explained(one: RuleText, width: int, colour: bool) -> str:  # noqa: FBT001
    from rich.markdown import Markdown

    fixable = ", fixable with --fix" if one.fixable else ""
    about = f"{one.severity.value}, confidence {one.confidence.value}{fixable}"
    parts: list[Any] = [f"{one.code} {one.name} ({about})", "", one.summary, "", Markdown(one.help_markdown)]
    return text_of(parts, width=width, colour=colour)


def _listed(known: list[RuleText], width: int, colour: bool) -> str:  # noqa: FBT001
    rows = [(one.code, one.name, one.summary + (" [--fix]" if one.fixable else "")) for one in known]
    return text_of([table(("code", "name", "what it finds"), rows, whole=(0, 1))], width=width, colour=colour)
