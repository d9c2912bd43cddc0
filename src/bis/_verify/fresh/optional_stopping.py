"""Tests that stay valid when the number of fresh replays was chosen by looking at them.

One decisive metric (the only one, or the declared primary): the sequential Monte-Carlo test of Besag and Clifford, with
3 replays for the centre, then up to 19, until one is at least as extreme as the original. It assumes no distribution
and takes 6.5 replays on average where original and replays are alike.

Several decisive metrics: its smallest p-value, 1/20, would reject nothing after a correction for their number, and
enough replays for one that does grow with it (20 for each metric). So the prediction interval is looked at after 5, 10
and 20 replays, each metric at each look at alpha / (3 m). That is Bonferroni over metrics and looks: it keeps the
family error without further assumptions on how they depend on each other, never takes more than 20 replays, and is
at least as strict as Holm's procedure over the same p-values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.model.statement import Statement, StatementCode, statement
from bis.stats.looks import DEFAULT_LOOKS, look_decision
from bis.stats.prediction import prediction_test
from bis.stats.sequential import BesagClifford, Decision, draws_to_reject, longest_sequence

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class SequenceEnd:
    """The state of a sequential test: a p-value that allows for the looking, and what is still `needed`.

    `p_value` is corrected for the looks, not for the number of metrics; 1 while nothing was decided. `needed` is None
    once the test has ended.
    """

    p_value: float
    needed: int | None
    said: Statement


def sequence_test(
    original: float, replays: Sequence[float], *, quantum: float, alpha: float, metrics: int
) -> SequenceEnd:
    """Run the sequential test of one metric over the replays so far.

    Parameters
    ----------
    original : float
        Finite.
    replays : sequence of float
        In the order in which they were made; finite.
    quantum : float
        Distance of neighbouring values; 0 for a continuous metric.
    alpha : float
        Family level.
    metrics : int
        How many metrics decide.
    """
    return _single(original, replays, alpha) if metrics <= 1 else _looks(original, replays, quantum, alpha, metrics)


def most_replays(*, alpha: float, metrics: int) -> int:
    """The number of replays after which the test of so many decisive metrics has ended, whatever they are."""
    return longest_sequence(alpha) if metrics <= 1 else DEFAULT_LOOKS[-1]


def _single(original: float, replays: Sequence[float], alpha: float) -> SequenceEnd:
    test = BesagClifford(original, n_max=draws_to_reject(alpha))
    for value in replays:
        if test.decision is not Decision.CONTINUE:
            break
        test = test.update(value)
    p = test.p_value
    if p is not None:
        said = statement(StatementCode.SEQUENCE_DECIDED, decision=test.decision.value, p_value=p)
        return SequenceEnd(p, None, said)
    left = test.m0 + test.n_max - len(test.values)
    return SequenceEnd(1.0, left, statement(StatementCode.SEQUENCE_OPEN, replays=len(test.values), at_most=left))


def _looks(original: float, replays: Sequence[float], quantum: float, alpha: float, metrics: int) -> SequenceEnd:
    level = alpha / (metrics * len(DEFAULT_LOOKS))
    done = [n for n in DEFAULT_LOOKS if n <= len(replays)]
    p_values = [prediction_test(original, replays[:n], quantum=quantum).p_value for n in done]
    p = min([1.0, *(len(DEFAULT_LOOKS) * x for x in p_values)])
    decision = look_decision(original, replays, looks=DEFAULT_LOOKS, level=level, quantum=quantum)
    if decision is not Decision.CONTINUE:
        said = statement(StatementCode.LOOKS_DECIDED, looks=tuple(done), decision=decision.value, p_value=p)
        return SequenceEnd(p, None, said)
    left = DEFAULT_LOOKS[-1] - len(replays)
    following = next(n for n in DEFAULT_LOOKS if n > len(replays))
    return SequenceEnd(p, left, statement(StatementCode.LOOKS_OPEN, next_look=following, at_most=left))
