"""A comparison of two runs as text: the answer first, then the figures behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.comparison import ComparisonDesign, MetricComparison, MetricResult, RunComparison
from bis.report.text.figure_words import counted, percent, probability, short
from bis.report.text.plots import interval_plot
from bis.report.text.statement_text import statement_text
from bis.report.text.terminal import bullet, headline, print_text, table, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROWS = 12  # metrics that are shown; the rest is counted, unless all are asked for
_CELLS = 25
_ROLE_WORDS = {
    "split": "data split",
    "init": "initialisation",
    "shuffle": "shuffling",
    "dropout": "dropout and noise",
    "augmentation": "augmentation",
    "sampling": "sampling",
    "bootstrap": "bootstrap",
    "hpo": "search",
}


def comparison_text(found: RunComparison, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """A comparison as text.

    Parameters
    ----------
    found : RunComparison
        What was found.
    width : int
        Of the terminal, in characters.
    colour : bool
        Whether to use colour.
    full : bool
        Every metric, however many there are.

    Returns
    -------
    str
        Lines that end in a newline.
    """
    parts: list[Any] = [headline(*_headline(found)), *_runs(found)]
    shown = found.metrics if full else found.metrics[:_ROWS]
    if shown:
        parts += ["", _table(shown, found), "", *_plots(shown)]
        parts += [bullet(f"{m.name}: {metric_words(m, found)}") for m in shown]
        if len(found.metrics) > len(shown):
            parts.append(bullet(f"and {counted(len(found.metrics) - len(shown), 'more metric')} (--full)"))
    notes = [statement_text(one) for one in found.statements]
    if notes:
        parts += ["", *(bullet(text) for text in notes)]
    if found.deviations:
        parts += ["", "knowingly changed in the replays:"]
        for d in found.deviations:
            why = f" ({d.why})" if d.why else ""
            parts.append(bullet(f"{d.what}: {d.recorded or 'none'} -> {d.replayed or 'none'}{why}"))
    return text_of(parts, width=width, colour=colour)


def print_comparison(found: RunComparison, *, full: bool = False) -> None:
    """Print a comparison on stdout."""
    print_text(lambda width, colour: comparison_text(found, width=width, colour=colour, full=full))


def metric_words(metric: MetricComparison, found: RunComparison) -> str:
    """What is said of one metric, in a sentence."""
    said = [_result_words(metric, found)]
    if metric.result is MetricResult.OPEN:
        if metric.detectable_shift is not None:
            pairs = "pairs" if found.design is ComparisonDesign.PAIRED else "replays of each"
            n = min(_usable(metric))
            said.append(f"{n} {pairs} notice a difference of {short(metric.detectable_shift)} with 80 % power")
        if metric.needed is not None:
            said.append(f"about {metric.needed:,} would decide, if the true difference is the one that was found")
    if metric.margin is not None and metric.equivalence_p is not None and metric.result is not MetricResult.EQUIVALENT:
        said.append(
            f"not shown to be within the margin {short(metric.margin)} (p = {probability(metric.equivalence_p)})"
        )
    if metric.left_out_a or metric.left_out_b:
        said.append(f"without a finite value: {metric.left_out_a} of A, {metric.left_out_b} of B")
    return "; ".join(said)


def _headline(found: RunComparison) -> tuple[str, str]:
    """The word that leads, and what follows it."""
    if not found.a.replays or not found.b.replays:
        return "not executable", f"no replay of {'A' if not found.a.replays else 'B'} ended well"
    deciding = found.deciding
    if not deciding:
        return "nothing to compare", "the runs have no metric in common"
    differ = [m for m in deciding if m.result in {MetricResult.A_HIGHER, MetricResult.B_HIGHER}]
    if differ:
        first = differ[0]
        rest = f", and {counted(len(differ) - 1, 'more metric')} differ" if len(differ) > 1 else ""
        return _verdict_word(first), f"{first.name}{rest}"
    if all(m.result is MetricResult.SAME for m in deciding):
        return "no difference", f"{_both(found)} have the same values in {_named(deciding)}"
    if all(m.result.is_decided for m in deciding):
        return "equivalent", f"{_named(deciding)} within the declared margin"
    return "no difference shown", f"in {_named(deciding)}, which is not that there is none"


def _both(found: RunComparison) -> str:
    return "both of each pair" if found.design is ComparisonDesign.PAIRED else "all replays"


def _named(metrics: Sequence[MetricComparison]) -> str:
    return metrics[0].name if len(metrics) == 1 else f"{len(metrics)} metrics"


def _verdict_word(metric: MetricComparison) -> str:
    if metric.better:
        return f"{metric.better} is better"
    return "B is higher" if metric.result is MetricResult.B_HIGHER else "A is higher"


def _result_words(metric: MetricComparison, found: RunComparison) -> str:
    result = metric.result
    if result is MetricResult.NOT_COMPARABLE:
        return "not compared: one of the runs has no finite value"
    if result is MetricResult.SAME:
        return f"the same: {_both(found)} have one value" if not metric.exact else "the same, exactly"
    if result is MetricResult.EQUIVALENT:
        test = "" if metric.equivalence_p is None else f" (p = {probability(metric.equivalence_p)})"
        return f"equivalent within the declared margin {short(metric.margin or 0.0)}{test}"
    if result is MetricResult.OPEN:
        few = metric.p_adjusted is None
        return "no difference can be shown with so few replays" if few else f"no difference shown{_tested(metric)}"
    by = f", exactly by {short(abs(metric.difference or 0.0))}" if metric.exact else _tested(metric)
    return f"{_verdict_word(metric)}{by}{_meaning(metric, found)}"


def _tested(metric: MetricComparison) -> str:
    p = metric.p_adjusted
    return "" if p is None else f" (p = {probability(p)}{_corrected(metric)})"


def _corrected(metric: MetricComparison) -> str:
    raised = metric.p_adjusted is not None and metric.p_value is not None and metric.p_adjusted > metric.p_value
    return ", corrected for all metrics" if raised else ""


def _meaning(metric: MetricComparison, found: RunComparison) -> str:
    """By Bouthillier's criterion: whether the better one wins often enough for it to matter."""
    value, high, low = metric.superiority, metric.superiority_high, metric.superiority_low
    if value is None or high is None or low is None:
        return ""
    if value < 0.5:
        value, low, high = 1.0 - value, 1.0 - high, 1.0 - low
    wins = f"it wins in about {percent(round(value, 2))} of the cases (interval {low:.2f} .. {high:.2f})"
    return f"; {wins}" if high > found.gamma else f"; but {wins}, less often than {percent(found.gamma)}"


def _runs(found: RunComparison) -> list[Any]:
    paired = found.design is ComparisonDesign.PAIRED
    lines: list[Any] = []
    for letter, run in (("A", found.a), ("B", found.b)):
        name = f" {run.name}" if run.name else ""
        earlier = f", {run.earlier} of them or of the failed made before" if run.earlier else ""
        failed = f", {run.failed} failed" if run.failed else ""
        lines.append(f"{letter} {run.run_id}{name}: {counted(run.replays, 'replay')}{failed}{earlier}")
    if paired:
        roles = ", ".join(_ROLE_WORDS.get(role.value, role.value) for role in found.shared)
        lines.append(f"paired: in each pair both draw the same for {roles}")
    elif not any(m.exact for m in found.metrics):
        lines.append("not paired")
    return lines


def _table(metrics: Sequence[MetricComparison], found: RunComparison) -> Any:
    confidence = percent(round(1.0 - found.alpha, 6))
    heads = ("metric", "A", "B", "B - A", f"{confidence} interval", "P(B > A)")
    rows = [
        (
            f"{m.name} *" if m.primary else m.name,
            _spread(m.mean_a, m.sd_a),
            _spread(m.mean_b, m.sd_b),
            "-" if m.difference is None else f"{m.difference:+.4g}",
            "-" if m.low is None or m.high is None else f"{short(m.low)} .. {short(m.high)}",
            "-" if m.superiority is None else f"{m.superiority:.2f}",
        )
        for m in metrics
    ]
    return table(heads, rows, right=(1, 2, 3), whole=(1, 2, 3), fold=0)


def _spread(mean: float | None, sd: float | None) -> str:
    if mean is None:
        return "-"
    return short(mean) if sd is None else f"{short(mean)} ± {sd:.2g}"


def _plots(metrics: Sequence[MetricComparison]) -> list[Any]:
    """The values of A and B of each metric on one axis."""
    rows: list[Any] = []
    for m in metrics:
        drawn = interval_plot(
            [(m.a, m.mean_a, None), (m.b, m.mean_b, None)],
            cells=_CELLS,
        )
        if drawn and not m.exact:
            rows += [(m.name, f"A {drawn[0]}"), ("", f"B {drawn[1]}")]
    return [table(("", ""), rows, whole=(1,), fold=0), ""] if rows else []


def _usable(metric: MetricComparison) -> tuple[int, int]:
    return len(metric.a) - metric.left_out_a, len(metric.b) - metric.left_out_b
