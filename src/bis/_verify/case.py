"""The case: an original, what is known of it, and what the user declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bis._verify.figures.clock_times import windows_of
from bis._verify.printed_text import numbers_in, printed_texts
from bis._verify.scoped_names import plain, scope
from bis._verify.tolerances import Tolerances
from bis._verify.written_figures import written_curves
from bis.model.facets import Curve, Outputs
from bis.model.machine_measures import measures_machine
from bis.model.statement import Statement, StatementCode, statement

PRINTED = "printed: "


@dataclass(frozen=True, slots=True)
class Case:
    """What replays are compared with: the original's outputs and trace, and what the user declared.

    `deterministic` is True where the recorder saw that the original drew no entropy, None where that is not known (see
    `bis._verify.program_entropy.deterministic`).
    """

    original: Outputs
    tolerances: Tolerances
    deterministic: bool | None = None
    trace: Mapping[str, str] = field(default_factory=dict)

    def metrics(self, outputs: Outputs) -> tuple[Curve, ...]:
        """The metrics of a run; also what it printed and wrote, where the original logged none that count.

        Of several runs, those to which no metric was logged have the figures in their artifacts.
        """
        measured = runs_with_metrics(c.name for c in self.original.metrics if counts(c.name, self.tolerances))
        if measured:
            written = written_curves(outputs) if measured != {None} else ()
            return (*outputs.metrics, *(c for c in written if scope(c.name) not in {None, *measured}))
        return (*outputs.metrics, *printed_curves(outputs), *written_curves(outputs))

    def quantum(self, name: str) -> float:
        """The declared quantum of a metric, else the last printed digit's unit of a printed number, else 0."""
        declared = self.tolerances.declared_for(name)
        if declared and declared.quantum:
            return declared.quantum
        if name.startswith(PRINTED) and self.original.metric(name) is None:
            return max((_unit(text) for text in _printed(self.original).get(name, ())), default=0.0)
        return 0.0


def counts(name: str, tolerances: Tolerances) -> bool:
    """Whether a metric is part of the verdict: not where it measures the machine and the user did not name it."""
    return tolerances.names(name) or measures_machine(plain(name)) is None


def runs_with_metrics(names: Iterable[str]) -> frozenset[int | None]:
    """The places of the runs that these metrics belong to; None stands for a program of which one run is judged."""
    return frozenset(map(scope, names))


def not_counted(name: str, tolerances: Tolerances) -> tuple[Statement, ...]:
    """The statement about a metric that is not part of the verdict."""
    why = None if tolerances.names(name) else measures_machine(plain(name))
    return () if why is None else (statement(StatementCode.NOT_COUNTED, reason=why.value),)


def printed_curves(outputs: Outputs) -> tuple[Curve, ...]:
    """The numbers in stdout, stderr and cells as curves: one for each label, a step for each time it was printed.

    Numbers without words are named by their line, and by their column where there are several in it.
    """
    return tuple(
        Curve(name, tuple(range(len(texts))), tuple(float(t).hex() for t in texts))
        for name, texts in _printed(outputs).items()
    )


def _printed(outputs: Outputs) -> dict[str, list[str]]:
    series: dict[str, list[str]] = {}
    for found in (n for text in printed_texts(outputs) for n in numbers_in(text, windows_of(outputs))):
        series.setdefault(PRINTED + found.series, []).append(found.text)
    return series


def _unit(text: str) -> float:
    """The value of one unit in the last printed digit: 0.01 of ``0.87``, 1 of ``87``."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - decimals)) if mantissa.strip("+-")[:1] in "0123456789." else 0.0
