"""Group-sequential looks: the prediction-interval test repeated at fixed numbers of replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import FloatArray, as_fraction, as_number, as_sample
from bis.stats.prediction import prediction_p_values, prediction_test
from bis.stats.sequential import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_LOOKS = (5, 10, 20)

# Level per look for an overall level of .05, by simulation under normality; `calibrate_looks` finds them again.
_LEVELS = {(5, 10, 20): 0.0255, (3, 5, 10, 20): 0.0184, (5, 10, 20, 30): 0.0227}
_BATCH = 20_000


def look_level(looks: Sequence[int] = DEFAULT_LOOKS) -> float:
    """Level at each look that keeps the overall level at .05.

    Parameters
    ----------
    looks : sequence of int
        Numbers of replays, increasing.

    Returns
    -------
    float
        For instance .0255 for 5, 10, 20. The looks are correlated: Bonferroni's .0167 would waste power, and .05 at
        each look would reject 9 % of consistent originals.

    Raises
    ------
    ValueError
        The looks are not tabulated; `calibrate_looks` computes the level for any.

    References
    ----------
    Pocock (1977), Group sequential methods. doi:10.1093/biomet/64.2.191

    Examples
    --------
    >>> look_level((5, 10, 20))
    0.0255
    """
    key = tuple(looks)
    if key not in _LEVELS:
        raise ValueError(f"no tabulated level for looks {key}: tabulated are {sorted(_LEVELS)}; see calibrate_looks")
    return _LEVELS[key]


def smallest_look_p(originals: npt.ArrayLike, replays: npt.ArrayLike, looks: Sequence[int]) -> FloatArray:
    """Smallest prediction-interval p-value over the looks, for many originals.

    Parameters
    ----------
    originals : array_like, shape (...)
        In the metric's unit; finite.
    replays : array_like, shape (..., n)
        In order of execution; finite, n at least the last look.
    looks : sequence of int
        Numbers of replays, at least 2 each.

    Returns
    -------
    ndarray, shape (...)
        In [0, 1]; to be compared with the level per look.

    Raises
    ------
    ValueError
        A value is not finite, there are no looks, or there are fewer replays than the last look needs.

    References
    ----------
    Pocock (1977). doi:10.1093/biomet/64.2.191

    Examples
    --------
    >>> smallest_look_p([0.0], [[-1.0, 0.0, 1.0, 2.0]], (3, 4)).round(2)
    array([0.75])
    """
    values = np.asarray(replays, dtype=np.float64)
    if not looks or min(looks) < 2 or max(looks) > values.shape[-1]:
        raise ValueError(f"looks must lie in 2..{values.shape[-1]}, the number of replays; got {tuple(looks)}")
    p_values = [prediction_p_values(originals, values[..., :n]) for n in looks]
    return np.asarray(np.min(p_values, axis=0), dtype=np.float64)


def calibrate_looks(
    looks: Sequence[int], *, rng: np.random.Generator, alpha: float = 0.05, simulations: int = 200_000
) -> float:
    """Level per look for an overall level `alpha`, by simulation.

    Parameters
    ----------
    looks : sequence of int
        Numbers of replays, at least 2 each.
    rng : numpy.random.Generator
        The only source of randomness.
    alpha : float
        Overall level, in (0, 1).
    simulations : int
        Number of simulated originals.

    Returns
    -------
    float
        The `alpha` quantile of the smallest p-value over the looks, for normal runs.

    Raises
    ------
    ValueError
        The looks or `alpha` make no sense.

    References
    ----------
    Pocock (1977). doi:10.1093/biomet/64.2.191

    Examples
    --------
    >>> level = calibrate_looks((5, 10, 20), rng=np.random.default_rng(0), simulations=20_000)
    >>> 0.022 < level < 0.029
    True
    """
    as_fraction(alpha, name="alpha")
    smallest = []
    for start in range(0, simulations, _BATCH):
        runs = rng.standard_normal((min(_BATCH, simulations - start), 1 + max(looks)))
        smallest.append(smallest_look_p(runs[:, 0], runs[:, 1:], looks))
    return float(np.quantile(np.concatenate(smallest), alpha))


def look_decision(
    original: float,
    replays: npt.ArrayLike,
    *,
    looks: Sequence[int] = DEFAULT_LOOKS,
    level: float | None = None,
    quantum: float = 0.0,
) -> Decision:
    """Decide at the looks that have been reached so far.

    Parameters
    ----------
    original : float
        In the metric's unit; finite.
    replays : array_like, shape (n,)
        All fresh replays so far, in order of execution; finite. Between two looks they wait for the next.
    looks : sequence of int
        Numbers of replays, declared before.
    level : float, optional
        Per look; tabulated where None.
    quantum : float
        As for `prediction_test`.

    Returns
    -------
    Decision
        REJECT once a look's p-value was at most the level, CONSISTENT after the last look, else CONTINUE.

    Raises
    ------
    ValueError
        A value is not finite, or the looks are not tabulated and `level` is None.

    References
    ----------
    Pocock (1977). doi:10.1093/biomet/64.2.191

    Examples
    --------
    >>> look_decision(9.0, [0.0, 1.0, -1.0, 0.5, -0.5]).value
    'reject'
    """
    y0 = as_number(original, name="original")
    bar = look_level(looks) if level is None else as_fraction(level, name="level")
    values = as_sample(replays, name="replays", at_least=0)
    for n in sorted(looks):
        if values.size < n:
            return Decision.CONTINUE
        if prediction_test(y0, values[:n], quantum=quantum).p_value <= bar:
            return Decision.REJECT
    return Decision.CONSISTENT
