"""Builders of outputs and replays for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bis.model.facets import Curve, Failure, ModelWeights, Outputs, Status
from bis.model.verdict import Group, Item, Outcome, ReplayKind, Verdict
from bis.report.text.statement_text import statements_text

Values = float | Sequence[float]
CRASH = Failure(stage="exception", message="ValueError: singular matrix", exit_code=1, exception="ValueError")
TIMEOUT = Failure(stage="timeout", message="took longer than 60 s")


def words(of: Item | Group | Verdict) -> str:
    """All that is said of something, in English."""
    return statements_text(of.statements)


def curve(name: str, values: Values) -> Curve:
    """A metric logged once, or at steps 0, 1, 2, ..."""
    listed = [values] if isinstance(values, (int, float)) else list(values)
    return Curve(name, tuple(range(len(listed))), tuple(float(v).hex() for v in listed))


def outputs(
    metrics: Mapping[str, Values] | None = None,
    *,
    weights: str | None = None,
    stdout: str | None = None,
    failure: Failure | None = None,
) -> Outputs:
    """What came out of a run."""
    models = () if weights is None else (ModelWeights("model", "sklearn", weights),)
    return Outputs(
        Status.RECORDED,
        metrics=tuple(curve(n, v) for n, v in (metrics or {}).items()),
        models=models,
        stdout=stdout,
        exit_code=1 if failure else 0,
        failure=failure,
    )


def replays(kind: ReplayKind, *given: Outputs | Failure) -> list[Outcome]:
    """Replays in this order; a failure stands for one that could not be started."""
    made = []
    for i, one in enumerate(given):
        out, failure = (one, one.failure) if isinstance(one, Outputs) else (None, one)
        root = "aa" * 32 if kind is ReplayKind.EXACT else f"{i:064x}"
        made.append(Outcome(i, kind, root, out, failure))
    return made


def exact(*given: Outputs | Failure) -> list[Outcome]:
    """Exact replays."""
    return replays(ReplayKind.EXACT, *given)


def fresh(*given: Outputs | Failure) -> list[Outcome]:
    """Fresh replays, each with a root of its own."""
    return replays(ReplayKind.FRESH, *given)


def drawn(n: int, *, seed: int = 0, name: str = "score", mean: float = 0.0, sd: float = 1.0) -> list[Outputs]:
    """Outputs of n runs whose one metric is normal."""
    rng = np.random.default_rng(seed)
    return [outputs({name: float(v)}) for v in rng.normal(mean, sd, n)]
