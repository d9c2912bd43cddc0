"""A curve of the original against the curves of fresh replays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.alignment import series
from bis.model.statement import Figure, Statement, StatementCode, statement
from bis.stats.curve_tests import CONFORMAL_FROM, SUMMARIES, curve_test, summary_p_values
from bis.stats.curves import align
from bis.stats.multiplicity import holm
from bis.stats.prediction import prediction_test

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis.model.facets import Curve


@dataclass(frozen=True, slots=True)
class CurveJudgement:
    """One p-value for a whole curve, the number of figures behind it, and the statements about them."""

    p_value: float
    summaries: int
    said: tuple[Statement, ...]


def judge_curves(original: Curve, replayed: Sequence[Curve], *, larger_is_better: bool, level: float) -> CurveJudgement:
    """Test one curve against n on their common steps, and its length where lengths differ.

    Parameters
    ----------
    original : Curve
        With finite values.
    replayed : sequence of Curve, length n
        At least 3, with finite values.
    larger_is_better : bool
        Whether the best value is the largest.
    level : float
        At which the first of all metrics would be rejected. The conformal test is used where it can reject at that
        level at all, which takes at least ``1 / level - 1`` replays; else final, best and mean value are tested.
    """
    aligned = align([series(original), *(series(c) for c in replayed)])
    n = len(replayed)
    p_values: list[float] = []
    said: list[Statement] = []
    summaries = 0
    if aligned.steps:
        # Replays in an order of their own, so that sums do not depend on the order in which they were made.
        curves = aligned.values[[0, *sorted(range(1, n + 1), key=lambda i: tuple(aligned.values[i]))]]
        if n >= CONFORMAL_FROM and 1.0 / (n + 1) <= level:
            p = curve_test(curves, larger_is_better=larger_is_better).p_value
            p_values.append(p)
            said.append(statement(StatementCode.WHOLE_CURVE, steps=len(aligned.steps), p_value=p))
            summaries = 1
        else:
            each = summary_p_values(curves, larger_is_better=larger_is_better)
            p_values.append(float(each.min()))
            named: dict[str, Figure] = {name: float(p) for name, p in zip(SUMMARIES, each, strict=True)}
            said.append(statement(StatementCode.CURVE_VALUES, **named))
            summaries = len(SUMMARIES)
    if not aligned.same_length:
        lengths = aligned.lengths
        p = prediction_test(float(lengths[0]), sorted(map(float, lengths[1:])), quantum=1.0).p_value
        p_values.append(p)
        fewest, most = int(min(lengths[1:])), int(max(lengths[1:]))
        said.append(statement(StatementCode.CURVE_LENGTH, steps=int(lengths[0]), fewest=fewest, most=most, p_value=p))
    combined = float(holm(p_values).min()) if p_values else 1.0
    return CurveJudgement(combined, max(1, summaries * len(p_values)), tuple(said))
