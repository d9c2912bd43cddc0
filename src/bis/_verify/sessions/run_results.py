"""What came out of runs, for pairing those that nothing else tells apart."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from bis._verify.alignment import values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bis.model.session_run import SessionRun

Results = Counter[tuple[object, ...]]


def results_of(
    runs: Sequence[SessionRun], parents: Sequence[int | None], counts: Callable[[str], bool]
) -> list[Results]:
    """The results of each run and of those nested in it: curves that count, by their bits, and weights of models."""
    own: list[Results] = [Counter() for _ in runs]
    for i, run in enumerate(runs):
        # In order of steps: threads log the same points in any order.
        curves = (c for c in run.outputs.metrics if counts(c.name))
        own[i].update(("metric", c.name, tuple(sorted(zip(c.steps, c.values, strict=True)))) for c in curves)
        own[i].update(("model", m.framework, m.digest) for m in run.outputs.models)
    found: list[Results] = [Counter(c) for c in own]
    for i, parent in enumerate(parents):
        at, seen = parent, {i}
        while at is not None and at not in seen:
            seen.add(at)
            found[at].update({("inside", *result): n for result, n in own[i].items()})
            at = parents[at]
    return found


def alike(a: Results, b: Results) -> int:
    """How many results two runs have in common, bit for bit."""
    return (a & b).total()


def size_order(run: SessionRun, counts: Callable[[str], bool]) -> tuple[object, ...]:
    """A place among runs that nothing else tells apart: by the names, then by the last values of the metrics.

    It depends on the run alone, so that originals and replays are put in order in the same way.
    """
    curves = sorted((c for c in run.outputs.metrics if counts(c.name)), key=lambda c: c.name)
    finals = tuple(c.final if c.values else math.nan for c in curves)
    return (
        tuple(c.name for c in curves),
        tuple((math.isnan(v), 0.0 if math.isnan(v) else v) for v in finals),
        tuple(tuple((math.isnan(v), 0.0 if math.isnan(v) else v) for v in values_of(c)) for c in curves),
    )
