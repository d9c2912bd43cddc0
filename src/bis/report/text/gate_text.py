"""What a gate found, as text: the answer first, then program by program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.gate import GateCode
from bis.report.text.comparison_text import metric_words
from bis.report.text.figure_words import counted
from bis.report.text.statement_text import statement_text
from bis.report.text.terminal import bullet, headline, print_text, text_of

if TYPE_CHECKING:
    from bis.model.comparison import MetricComparison, RunComparison
    from bis.model.gate import GateFinding, GateResult, ProgramGate
    from bis.model.verdict import Verdict

_MOST_SUSPECTS = 10
WORDS = {
    GateCode.NOT_REPEATABLE: "not repeatable",
    GateCode.NOT_AS_EXPECTED: "not as in the table",
    GateCode.METRIC_MOVED: "moved beyond noise",
    GateCode.METRIC_NOT_FINITE: "not finite in some replays",
    GateCode.PROGRAM_FAILED: "the program failed",
    GateCode.NOT_REPLAYED: "it could not be replayed",
    GateCode.REPLAYS_FAILED: "some replays with new randomness failed",
    GateCode.BASE_FAILED: "what it is compared with could not be run",
    GateCode.REPLAYS_UNDECIDED: "more replays would decide whether it is repeatable",
    GateCode.EXPECTATION_UNDECIDED: "it is open whether it is as in the table",
    GateCode.METRIC_UNDECIDED: "more replays would decide whether it moved",
    GateCode.NOTHING_COMPARED: "there is nothing to compare",
    GateCode.METRIC_GONE: "logged by the base, and not any more",
    GateCode.METRIC_BETTER: "better, beyond noise",
}
_HEADLINES = {
    0: ("passed", ""),
    1: ("failed", ""),
    3: ("could not run", ""),
    4: ("nothing to compare", ""),
    5: ("undecided", "more replays would decide"),
}


def gate_text(result: GateResult, *, width: int = 80, colour: bool = False) -> str:
    """What was found, as lines that end in a newline; the first says whether the change may pass."""
    word, rest = gate_headline(result)
    parts: list[Any] = [headline(word, rest)]
    for program in result.programs:
        parts += ["", f"{program.program}, run {program.run_id}", *_program(program, result.against)]
    return text_of(parts, width=width, colour=colour)


def print_gate(result: GateResult) -> None:
    """Print what was found on stdout."""
    print_text(lambda width, colour: gate_text(result, width=width, colour=colour))


def gate_headline(result: GateResult) -> tuple[str, str]:
    """The word that leads, and what follows it."""
    word, rest = _HEADLINES[result.exit_code]
    weighing = [
        f"{program.program}: {finding_words(finding)}"
        for program in result.programs
        for finding in program.findings
        if finding.code.exit_code == result.exit_code
    ]
    if weighing and result.exit_code:
        more = f", and {counted(len(weighing) - 1, 'more finding')}" if len(weighing) > 1 else ""
        rest = f"{weighing[0]}{more}"
    elif not result.exit_code:
        rest = counted(len(result.programs), "program")
    return word, rest


def finding_words(finding: GateFinding) -> str:
    """A finding in a few words."""
    return f"{finding.metric}: {WORDS[finding.code]}" if finding.metric else WORDS[finding.code]


def finding_reason(finding: GateFinding, program: ProgramGate) -> str:
    """The figures behind a finding, in a sentence; empty where there are none."""
    if finding.code is GateCode.PROGRAM_FAILED:
        return f"exit status {program.exit_code}"
    if finding.code is GateCode.REPLAYS_FAILED and program.comparison is not None:
        run = program.comparison.b
        return f"{run.failed} of {run.replays + run.failed}"
    if finding.metric and program.comparison is not None:
        return metric_reason(finding.metric, program.comparison)
    if finding.code in {GateCode.NOT_AS_EXPECTED, GateCode.EXPECTATION_UNDECIDED}:
        return verdict_words(program.expected)
    if finding.code in {GateCode.NOT_REPEATABLE, GateCode.REPLAYS_UNDECIDED, GateCode.NOT_REPLAYED}:
        return verdict_words(program.verdict)
    return ""


def metric_reason(name: str, comparison: RunComparison) -> str:
    """The base's mean, the run's, and what the comparison says of both; A is the base."""
    found = next((m for m in comparison.metrics if m.name == name), None)
    if found is None:
        return ""
    means = metric_means(found)
    return f"{means}; {metric_words(found, comparison)}" if means else metric_words(found, comparison)


def metric_means(metric: MetricComparison) -> str:
    """How a metric changed: ``0.8 -> 0.9 (+0.1)``."""
    if metric.mean_a is None or metric.mean_b is None or metric.difference is None:
        return ""
    return f"{metric.mean_a:.6g} -> {metric.mean_b:.6g} ({metric.difference:+.3g})"


def verdict_words(verdict: Verdict | None) -> str:
    """The level of a verdict with its first statement."""
    if verdict is None:
        return ""
    said = f": {statement_text(verdict.statements[0])}" if verdict.statements else ""
    return f"{verdict.level.value}{said}"


def comparison_words(program: ProgramGate, against: str) -> str:
    """What became of the comparison, in a few words; A is the base, B the run."""
    if program.comparison is None:
        is_asked = bool(against) and not any(f.code is GateCode.BASE_FAILED for f in program.findings)
        return f"not in {against}, so there is nothing to compare with" if is_asked and program.verdict else ""
    touched = {finding.metric for finding in program.findings}
    within = [m for m in program.comparison.metrics if m.name not in touched]
    return f"{counted(len(within), 'metric')} within noise" if within else ""


def _program(program: ProgramGate, against: str) -> list[Any]:
    parts: list[Any] = []
    if program.verdict is not None:
        parts.append(bullet(f"replays: {verdict_words(program.verdict)}"))
    if program.expected is not None:
        parts.append(bullet(f"table: {verdict_words(program.expected)}"))
    compared = comparison_words(program, against)
    if compared:
        parts.append(bullet(f"{against or program.base}: {compared}"))
    for finding in program.findings:
        reason = finding_reason(finding, program)
        parts.append(bullet(f"{finding_words(finding)}{f' ({reason})' if reason else ''}"))
    if program.comparison is not None:
        parts += [bullet(statement_text(said)) for said in program.comparison.statements]
    for suspect in program.suspects[:_MOST_SUSPECTS]:
        where = suspect.place
        cell = f"cell {where.cell}:" if where.cell >= 0 else ""
        parts.append(bullet(f"look at {where.file}:{cell}{where.line}: {suspect.code} {suspect.message}"))
    return parts
