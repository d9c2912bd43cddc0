"""Where a replay leaves its original, and what the way it does so speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.alignment import series
from bis._verify.exact_numbers import distance_figures
from bis._verify.program_entropy import drawn_by_the_program
from bis.model.statement import Statement, StatementCode, statement
from bis.model.verdict import DivergencePattern
from bis.stats.curves import Divergence, first_divergence
from bis.stats.patterns import Pattern, classify_divergence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.model.facets import Curve

_PATTERNS = {
    Pattern.DATA: DivergencePattern.DATA,
    Pattern.INIT_ENTROPY: DivergencePattern.INITIALISATION,
    Pattern.SHUFFLE_ENTROPY: DivergencePattern.SHUFFLING,
    Pattern.FLOATING_POINT: DivergencePattern.FLOATING_POINT,
    Pattern.LATE_ENTROPY: DivergencePattern.LATE_ENTROPY,
}

# Names of digests that a recorder takes on the way, by what they are digests of.
_TRACES = {
    "data": ("data", "split"),
    "start": ("init", "weight"),
    "order": ("shuffle", "order", "batch"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The first divergent step of a curve of so many `steps`, and what it is read as.

    `draws` names the streams of entropy that differ, where the pattern is that they do. `known` is whether there was
    anything to read: of a single value without any trace there is not.
    """

    divergence: Divergence
    pattern: DivergencePattern
    steps: int
    known: bool
    draws: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[Statement, ...]:
        """As statements."""
        d = self.divergence
        far = distance_figures(d.ulps, d.relative)
        where = (
            statement(StatementCode.DIVERGES_AT_STEP, step=d.step, **far)
            if self.steps > 1
            else statement(StatementCode.DIFFERS_BY, **far)
        )
        if not self.known and self.steps == 1:
            return (where,)
        read = statement(StatementCode.READS_AS, pattern=self.pattern.value, draws=self.draws or None)
        return where, read


def read_divergence(
    original: Curve, replayed: Curve, *, original_trace: Mapping[str, str], replayed_trace: Mapping[str, str]
) -> Reading | None:
    """Find the first divergent step of a pair of curves and read it; None where there is none.

    Traces map the name of something that was digested on the way (data, initial weights, order of batches, draws of
    a role) to its digest. A digest that differs decides before any figure does; one that is missing on a side says
    nothing.
    """
    divergence = first_divergence(series(original), series(replayed))
    if divergence is None:
        return None
    original_trace, replayed_trace = _of_the_program(original_trace), _of_the_program(replayed_trace)
    same = {kind: _same(words, original_trace, replayed_trace) for kind, words in _TRACES.items()}
    pattern = classify_divergence(
        divergence, same_data=same["data"], same_start=same["start"], same_order=same["order"]
    )
    draws = _differing(original_trace, replayed_trace)
    common = bool(original_trace.keys() & replayed_trace.keys())
    found = _PATTERNS.get(pattern)
    if found is not None:
        return Reading(divergence, found, len(original.values), known=True)
    if draws:
        found = DivergencePattern.OTHER_DRAWS
    else:
        found = DivergencePattern.SAME_DRAWS if common else DivergencePattern.NO_TRACE
    return Reading(divergence, found, len(original.values), common, draws)


def _of_the_program(trace: Mapping[str, str]) -> dict[str, str]:
    """The trace without the draws of bookkeeping."""
    own = drawn_by_the_program(trace)
    return {stream: digest for stream, digest in trace.items() if stream in own}


def _same(words: tuple[str, ...], a: Mapping[str, str], b: Mapping[str, str]) -> bool | None:
    """Whether all digests of a kind that both sides have are equal; None where there are none."""
    common = [k for k in a.keys() & b.keys() if any(w in k.lower() for w in words)]
    return all(a[k] == b[k] for k in common) if common else None


def _differing(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(k for k in a.keys() & b.keys() if a[k] != b[k]))
