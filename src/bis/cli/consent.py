"""Asking before code that was recorded elsewhere is run."""

from __future__ import annotations

import sys

import click

from bis.report.text.terminal import visible


def consent_asked(question: str) -> bool:
    """What the user answers; no where nobody can be asked."""
    if not sys.stdin.isatty():
        return False
    return click.confirm(f"bis: {one_line(question)}", err=True)


def one_line(text: str) -> str:
    """A text in which no name that it quotes can end the line, erase it, or change the order in which it is read."""
    return " ".join(visible(text).split())
