"""Selection: originals that were reported because they were the best of several."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bis.stats.arrays import as_number, as_sample

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def best_of_rank_p(original: float, replays: npt.ArrayLike, *, selected_from: int, larger_is_better: bool) -> float:
    """Exact rank p-value of an original that is declared to be the best of K runs.

    Parameters
    ----------
    original : float
        The best value, in the metric's unit; finite.
    replays : array_like, shape (n,)
        Independent fresh replays; finite, n >= 1.
    selected_from : int
        K, at least 1: among how many runs the original was chosen.
    larger_is_better : bool
        Direction of the metric.

    Returns
    -------
    float
        P(no more replays than observed are at least as good as the best of K), in (0, 1].

    Raises
    ------
    ValueError
        A value is not finite or `selected_from` is below 1.

    Notes
    -----
    Null: all n + K runs are exchangeable. The first j + 1 places all belong to replays with probability
    C(n, j + 1) / C(n + K, j + 1). K = 1 gives the one-sided rank p-value.

    Examples
    --------
    >>> round(best_of_rank_p(2.0, range(-18, 1), selected_from=5, larger_is_better=True), 4)
    0.2083
    """
    if selected_from < 1:
        raise ValueError(f"selected_from must be at least 1; got {selected_from}")
    values = as_sample(replays, name="replays")
    n = values.size
    better = _at_least_as_good(as_number(original, name="original"), values, larger_is_better)
    return 1.0 - math.comb(n, better + 1) / math.comb(n + selected_from, better + 1)


def beats_every_replay(original: float, replays: npt.ArrayLike, *, larger_is_better: bool) -> bool:
    """Whether the original is better than all replays: a hint at a selected seed, worth a warning, no test.

    Parameters
    ----------
    original : float
        In the metric's unit; finite.
    replays : array_like, shape (n,)
        Fresh replays; finite, n >= 1.
    larger_is_better : bool
        Direction of the metric.

    Returns
    -------
    bool
        False where a replay is equally good.

    Raises
    ------
    ValueError
        A value is not finite.

    Examples
    --------
    >>> beats_every_replay(0.1, [0.2, 0.3], larger_is_better=False)
    True
    """
    values = as_sample(replays, name="replays")
    return _at_least_as_good(as_number(original, name="original"), values, larger_is_better) == 0


def _at_least_as_good(original: float, values: npt.NDArray[np.float64], larger_is_better: bool) -> int:  # noqa: FBT001 - private
    return int((values >= original).sum() if larger_is_better else (values <= original).sum())
