"""Whether tests noticed mutations, as a table."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from bis.model.mutation import MutationFate, MutationKind
from bis.report.text.audit_text import printable
from bis.report.text.figure_words import counted, duration
from bis.report.text.terminal import bullet, headline, print_text, table, text_of

if TYPE_CHECKING:
    from bis.model.mutation import Mutation, MutationReport

_KINDS = {
    MutationKind.SEED: "another seed",
    MutationKind.STRATIFY: "not stratified",
    MutationKind.PACKAGES: "packages not pinned",
}
_FATES = {
    MutationFate.KILLED: "killed",
    MutationFate.TIMED_OUT: "killed (did not end)",
    MutationFate.SURVIVED: "survived",
}
_LONGEST = 40


def mutation_text(report: MutationReport, *, width: int = 80, colour: bool = False) -> str:
    """The answer first, then a row for each mutation; lines end in a newline."""
    command = printable(shlex.join(report.command))
    parts: list[Any] = [headline(*_headline(report)), f"{command}, {duration(report.baseline_s)} without a change"]
    if report.results:
        rows = [
            (_place(r.mutation), _KINDS[r.mutation.kind], _change(r.mutation), _FATES[r.fate]) for r in report.results
        ]
        parts += ["", table(("place", "mutation", "change", "tests"), rows, fold=2)]
    if report.survived:
        parts.append(bullet("survived: the tests pass with the change, so nobody would notice it in CI"))
    if report.flaky:
        parts.append(bullet("the tests failed without any change at the end: what they killed may be chance"))
    if report.left_out:
        parts.append(bullet(f"{counted(report.left_out, 'more mutation')} not tried (--most)"))
    return text_of(parts, width=width, colour=colour)


def print_mutations(report: MutationReport) -> None:
    """Print the table on stdout."""
    print_text(lambda width, colour: mutation_text(report, width=width, colour=colour))


def _headline(report: MutationReport) -> tuple[str, str]:
    tried = len(report.results)
    if not tried:
        return "nothing to mutate", "no seed, no stratified split and no pinned package was found"
    killed = tried - report.survived
    if report.flaky:
        return "undecided", f"{killed} of {counted(tried, 'mutation')} killed by tests that fail without one, too"
    return ("noticed" if not report.survived else "not noticed"), f"{killed} of {counted(tried, 'mutation')} killed"


def _place(mutation: Mutation) -> str:
    place = mutation.place
    cell = f"cell {place.cell}:" if place.cell >= 0 else ""
    return printable(f"{place.file}:{cell}{place.line}")


def _change(mutation: Mutation) -> str:
    lines = mutation.before.count("\n")
    before, after = (_shortened(text) for text in (mutation.before, mutation.after))
    more = f" and {counted(lines, 'more line')}" if lines else ""
    return f"{before} -> {after}{more}"


def _shortened(text: str) -> str:
    first = printable(text.split("\n", 1)[0])
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"
