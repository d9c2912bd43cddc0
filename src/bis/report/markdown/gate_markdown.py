"""What a gate found, as Markdown for a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis.model.comparison import MetricResult
from bis.report.text.audit_text import printable
from bis.report.text.comparison_text import metric_words
from bis.report.text.gate_text import (
    comparison_words,
    finding_reason,
    finding_words,
    gate_headline,
    verdict_words,
)
from bis.report.text.statement_text import statement_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bis.model.gate import GateResult, ProgramGate

_SPECIAL = re.compile(r"([\\`*_\[\]#|~<>&])")
_MOST_ROWS = 50


def gate_markdown(result: GateResult) -> str:
    """A summary with a table of programs and one of metrics, in the flavour of GitHub, which GitLab reads, too."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: GateResult) -> Iterator[str]:
    word, rest = gate_headline(result)
    yield f"## bis: {_plain(word)}"
    yield ""
    if rest:
        yield _plain(rest)
        yield ""
    compared = f"against {_plain(result.against)}" if result.against else "compared"
    yield f"| program | replays | {compared} | table |"
    yield "|---|---|---|---|"
    for program in result.programs:
        level = program.verdict.level.value if program.verdict else "-"
        expected = program.expected.level.value if program.expected else "-"
        against = comparison_words(program, result.against) or _moved(program)
        yield f"| {_plain(program.program)} | {level} | {_plain(against)} | {expected} |"
    for program in result.programs:
        yield from _program(program)


def _moved(program: ProgramGate) -> str:
    names = [finding.metric for finding in program.findings if finding.metric]
    return ", ".join(names) if names else "-"


def _program(program: ProgramGate) -> Iterator[str]:
    yield ""
    yield f"### {_plain(program.program)}"
    yield ""
    yield f"Run `{program.run_id}`" + (f", base `{program.base}`" if program.base else "") + "."
    yield ""
    for finding in program.findings:
        reason = finding_reason(finding, program)
        yield f"- **{_plain(finding_words(finding))}**{f': {_plain(reason)}' if reason else ''}"
    if program.verdict is not None:
        yield f"- {_plain(verdict_words(program.verdict))}"
    for suspect in program.suspects[:_MOST_ROWS]:
        cell = f" cell {suspect.place.cell}," if suspect.place.cell >= 0 else ""
        yield f"- {_plain(f'{suspect.place.file},{cell} line {suspect.place.line}: {suspect.code} {suspect.message}')}"
    comparison = program.comparison
    if comparison is None or not comparison.metrics:
        return
    yield ""
    yield "| metric | base (A) | this (B) | difference | interval | what is said |"
    yield "|---|---:|---:|---:|---|---|"
    for metric in comparison.metrics[:_MOST_ROWS]:
        figures = [_figure(metric.mean_a), _figure(metric.mean_b), _figure(metric.difference, sign=True)]
        shown = metric.low is not None and metric.high is not None and metric.result is not MetricResult.SAME
        interval = f"{metric.low:.4g} .. {metric.high:.4g}" if shown else "-"
        words = _plain(metric_words(metric, comparison))
        yield f"| {_plain(metric.name)} | {' | '.join(figures)} | {interval} | {words} |"
    if len(comparison.metrics) > _MOST_ROWS:
        yield f"| and {len(comparison.metrics) - _MOST_ROWS} more | | | | | |"
    yield ""
    for said in comparison.statements:
        yield f"- {_plain(statement_text(said))}"


def _figure(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "-"
    return f"{value:+.4g}" if sign else f"{value:.6g}"


def _plain(text: str) -> str:
    """A text that stays text: no markup, no link, no cell or line ends."""
    return _SPECIAL.sub(r"\\\1", printable(" ".join(text.split())))
