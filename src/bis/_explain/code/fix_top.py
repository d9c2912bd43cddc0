"""Fixing the largest cause, and measuring what remains: by the audit's repair, or by holding its seeds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bis._audit.fixes import repairs
from bis._explain.targets import Target, target_values
from bis.evidence.archive import ArchiveEntry, pack, read_entries
from bis.model.attribution import Estimate, RemainingVariance, RepairKind
from bis.model.statement import StatementCode, statement
from bis.stats.variance_ratio import variance_ratio

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bis._explain.code.cause_places import AuditedSource
    from bis._explain.design import BlockDesign
    from bis._explain.trial import Trial
    from bis.model.attribution import Attribution
    from bis.model.project_audit import Finding
    from bis.model.variation import Variation

FIXED = -2  # the block of these replays in the journal
_LEAST = 8
_LEAST_GIVEN = 3  # a variance of fewer says nothing


@dataclass(frozen=True, slots=True)
class Repaired:
    """The source after the audit's repair: an archive, and the change as a unified diff."""

    archive: bytes
    diff: str


def remaining_replays(blocks: int) -> int:
    """How many replays measure what remains: as many as there are independent ones in the blocks, at least 8."""
    return max(_LEAST, 2 * blocks)


def repaired_source(archive: Path, source: AuditedSource, findings: Sequence[Finding]) -> Repaired | None:
    """The source with the audit's repairs of these findings; None where it has none."""
    made = repairs(source.folder, findings)
    if not made:
        return None
    after = {repair.file: repair.after.encode("utf-8") for repair in made}
    entries = [
        ArchiveEntry(e.name, after[e.name], executable=e.executable) if e.name in after else e
        for e in read_entries(archive)
    ]
    return Repaired(pack(entries).content, "".join(repair.diff() for repair in made))


def fixed_variations(
    design: BlockDesign, cause: str, repair: RepairKind, *, replays: int
) -> tuple[tuple[tuple[int, int, int], Variation], ...]:
    """The replays that measure what remains, with their places in the journal: all other causes have new roots.

    The roots follow from the design, so that an interrupted command goes on with the same.
    """
    made = []
    which = 2 * [varied.name for varied in design.causes].index(cause) + (repair is RepairKind.HELD)
    for number in range(replays):
        root = hashlib.sha256(f"{design.blocks[0].a}:{cause}:{repair.value}:{number}".encode()).hexdigest()
        roles = {
            role.value: design.root if varied.name == cause and repair is RepairKind.HELD else root
            for varied in design.causes
            for role in varied.roles
        }
        made.append(((FIXED, number, which), design.with_roles(roles, reseeded=repair is RepairKind.HELD)))
    return tuple(made)


def remaining_variance(
    attribution: Attribution, trials: Sequence[Trial], cause: str, repair: RepairKind, *, diff: str
) -> tuple[RemainingVariance, ...]:
    """What is left of the variance of each target that has shares, before against after.

    Before are the replays A and B of all blocks: these are independent of each other.
    """
    fixed = [t for t in trials if t.block == FIXED]
    failed = sum(t.failure is not None for t in fixed)
    found = []
    for shares in attribution.targets:
        if shares.problem is not None:
            continue
        target = Target(shares.name, shares.kind)
        ends = [t for t in trials if t.block >= 0 and t.corner in {0, 1} and t.repeat == 0]
        values, problem = target_values(target, [*ends, *fixed])
        before = np.array([v for place, v in values.items() if place[0] >= 0])
        after = np.array([v for place, v in values.items() if place[0] == FIXED])
        share = before_after = None
        if problem is None and min(len(before), len(after)) < _LEAST_GIVEN:
            problem = statement(StatementCode.NO_SHARES)
        if problem is None and float(before.var(axis=0, ddof=1).sum()) > 0.0:
            part = variance_ratio(after, before)
            bounds = part.interval
            share = Estimate(part.value, bounds.low if bounds else None, bounds.high if bounds else None)
            before_after = tuple(float(v.var(axis=0, ddof=1).sum()) for v in (before, after))
        elif problem is None:
            problem = statement(StatementCode.TARGET_CONSTANT, replays=len(before))
        found.append(
            RemainingVariance(
                target=shares.name,
                kind=shares.kind,
                cause=cause,
                repair=repair,
                before=before_after[0] if before_after else None,
                after=before_after[1] if before_after else None,
                share=share,
                replays=len(fixed),
                failed=failed,
                diff=diff,
                problem=problem,
            )
        )
    return tuple(found)


def largest_cause(attribution: Attribution) -> str | None:
    """The cause with the largest share of the first target that has shares."""
    first = next((t for t in attribution.targets if t.problem is None), None)
    return None if first is None else max(first.shares, key=lambda s: s.shapley.value).cause
