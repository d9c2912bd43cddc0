"""Group-sequential looks: the prediction-interval test repeated at fixed numbers of replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.stats.arrays import as_fraction, as_number, as_sample
from bis.stats.prediction import prediction_test
from bis.stats.sequential import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

DEFAULT_LOOKS = (5, 10, 20)

# Level per look for an overall level of .05, by simulation under normality; the calibration tests find them again.
_LEVELS = {(5, 10, 20): 0.0255, (3, 5, 10, 20): 0.0184, (5, 10, 20, 30): 0.0227}


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
        The looks are not tabulated.

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
        raise ValueError(f"no tabulated level for looks {key}: tabulated are {sorted(_LEVELS)}")
    return _LEVELS[key]


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
