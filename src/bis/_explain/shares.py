"""From the results of the replays to the shares of the causes, target by target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._explain.targets import Target, target_table
from bis.model.attribution import CauseShare, Estimate, TargetShares
from bis.model.statement import Statement, StatementCode, statement
from bis.stats.double_star import estimate_shares
from bis.stats.variance_shares import SharesOutcome, VariancePart, VarianceShares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._explain.design import BlockDesign
    from bis._explain.trial import Trial

LEAST_BLOCKS = 2  # one block says nothing about the error
MOST_NOISE = 0.5  # where the same seeds differ more than this much of the whole, nothing is divided among seeds


def target_shares(
    target: Target, design: BlockDesign, trials: Sequence[Trial], *, blocks: int, confidence: float = 0.95
) -> TargetShares:
    """The variance of one target, divided among the causes; or why it is not.

    Parameters
    ----------
    target : Target
        What it is of.
    design : BlockDesign
        With its causes and blocks.
    trials : sequence of Trial
        All replays that were made.
    blocks : int
        How many blocks of the design count.
    confidence : float
        Of the intervals, between 0 and 1.
    """
    table = target_table(target, design, trials, blocks=blocks)
    if table.problem is not None:
        return TargetShares(target.name, target.kind, problem=table.problem)
    found = estimate_shares(table.blocks, table.repeats, missing=table.missing, confidence=confidence)
    problem = _problem(found, blocks=blocks, replays=int((~table.missing).sum()))
    names = [cause.name for cause in design.causes]
    scheduling = _estimate(found.scheduling.part)
    if problem is not None:
        return TargetShares(
            target.name,
            target.kind,
            variance=found.variance,
            scheduling=scheduling,
            blocks=found.blocks,
            problem=problem,
            incomplete=found.incomplete,
        )
    return TargetShares(
        name=target.name,
        kind=target.kind,
        shares=tuple(
            CauseShare(names[f.factor], _required(f.share), _required(f.first_order), _required(f.total))
            for f in found.factors
        ),
        variance=found.variance,
        interaction=_estimate(found.interaction),
        scheduling=scheduling,
        inert=tuple(names[f.factor] for f in found.factors if f.inert),
        blocks=found.blocks,
        indicative=found.indicative,
        incomplete=found.incomplete,
    )


def half_width(shares: TargetShares) -> float | None:
    """Half the widest interval of a share, as a fraction; None where there is none."""
    if shares.problem is not None:
        return None
    widths = [
        (share.shapley.high - share.shapley.low) / 2
        for share in shares.shares
        if share.shapley.low is not None and share.shapley.high is not None
    ]
    return max(widths, default=None)


def _problem(found: VarianceShares, *, blocks: int, replays: int) -> Statement | None:
    if found.outcome is SharesOutcome.NOTHING_VARIES:
        return statement(StatementCode.TARGET_CONSTANT, replays=replays)
    if found.blocks < LEAST_BLOCKS:
        return statement(StatementCode.TOO_FEW_BLOCKS, blocks=found.blocks, least=LEAST_BLOCKS)
    if found.outcome is SharesOutcome.VARIES_BETWEEN_BLOCKS:
        return statement(StatementCode.TARGET_VARIES_OTHERWISE, blocks=found.blocks)
    if found.outcome is not SharesOutcome.ESTIMATED:
        return statement(StatementCode.TARGET_UNRESOLVED, blocks=blocks)
    noise = found.scheduling.part
    if noise is not None and noise.value >= MOST_NOISE:
        return statement(StatementCode.TARGET_ALL_NOISE, share=min(1.0, noise.value))
    return None


def _estimate(part: VariancePart | None) -> Estimate | None:
    return None if part is None else _required(part)


def _required(part: VariancePart) -> Estimate:
    bounds = part.interval
    return Estimate(part.value, None, None) if bounds is None else Estimate(part.value, bounds.low, bounds.high)
