"""Multiplicity: one family of tests over several metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bis.stats.arrays import FloatArray, as_sample

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAME = 1e-12  # 1 - |correlation| of two metrics that are exact functions of each other, up to rounding
_NEARLY = 1e-6  # the same, where many metrics are looked at first
_LEVELS = 4  # fewer distinct values are in line by chance too often


def holm(p_values: npt.ArrayLike) -> FloatArray:
    """Holm's adjusted p-values: rejecting those at most alpha keeps the family-wise error at alpha.

    Parameters
    ----------
    p_values : array_like, shape (..., m)
        One family along the last axis; in [0, 1].

    Returns
    -------
    ndarray, shape (..., m)
        Adjusted, in the order given, in [0, 1].

    Raises
    ------
    ValueError
        A value is not in [0, 1], or there is no axis.

    Notes
    -----
    ``max_{j <= i} min(1, (m - j + 1) p_(j))``; valid under any dependence of the metrics.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure. https://www.jstor.org/stable/4615733

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim == 0 or not bool(((p >= 0.0) & (p <= 1.0)).all()):
        raise ValueError(f"p-values must lie in [0, 1] along an axis; got {p_values!r}")
    m = p.shape[-1]
    order = np.argsort(p, axis=-1, kind="stable")
    stepped = np.take_along_axis(p, order, axis=-1) * np.arange(m, 0, -1)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.minimum(1.0, np.maximum.accumulate(stepped, axis=-1)), axis=-1)
    return adjusted


def adjust(p_values: Mapping[str, float], *, primary: str | None = None) -> dict[str, float]:
    """Adjusted p-values of named metrics, optionally with half the error spent on a declared primary metric.

    Parameters
    ----------
    p_values : mapping of str to float
        By metric; in [0, 1].
    primary : str, optional
        A metric declared before the replays: it is tested at alpha / 2, and Holm over the others at alpha / 2.

    Returns
    -------
    dict of str to float
        To be compared with alpha, in the order given.

    Raises
    ------
    ValueError
        A p-value is not in [0, 1], or `primary` is not among the metrics.

    References
    ----------
    Holm (1979), https://www.jstor.org/stable/4615733

    Examples
    --------
    >>> adjust({"loss": 0.02, "accuracy": 0.02, "f1": 0.5}, primary="loss")
    {'loss': 0.04, 'accuracy': 0.08, 'f1': 1.0}
    """
    if primary is not None and primary not in p_values:
        raise ValueError(f"the primary metric {primary!r} is not among {sorted(p_values)}")
    rest = [name for name in p_values if name != primary]
    factor = 2.0 if primary is not None and rest else 1.0
    adjusted = dict(zip(rest, np.minimum(1.0, factor * holm([p_values[name] for name in rest])).tolist(), strict=True))
    if primary is not None:
        adjusted[primary] = float(min(1.0, factor * holm([p_values[primary]])[0]))
    return {name: adjusted[name] for name in p_values}


def redundant_metrics(values: Mapping[str, npt.ArrayLike]) -> dict[str, str]:
    """Metrics that are exact linear functions of an earlier one, so that testing both only costs power.

    Parameters
    ----------
    values : mapping of str to array_like, shape (n + 1,)
        By metric: the original and all n replays, finite. The original belongs in: a metric that is tied to another
        in the replays alone could differ in the original, and must not be dropped.

    Returns
    -------
    dict of str to str
        Redundant metric -> the earlier metric that represents it.

    Raises
    ------
    ValueError
        Samples are not finite or not of one length.

    Notes
    -----
    |correlation| >= 1 - 1e-12 with at least 4 distinct values of each; counts with two or three values are in line
    by chance.

    Examples
    --------
    >>> redundant_metrics({"accuracy": [0.91, 0.92, 0.94, 0.90], "error": [0.09, 0.08, 0.06, 0.10]})
    {'error': 'accuracy'}
    """
    samples = {name: as_sample(sample, name=name) for name, sample in values.items()}
    if len({sample.size for sample in samples.values()}) > 1:
        raise ValueError("all metrics must have the same number of runs")
    levels = {name: np.unique(sample).size for name, sample in samples.items()}
    wide = {name: _standardised(sample) for name, sample in samples.items() if levels[name] >= _LEVELS}
    rows = np.array(list(wide.values())) if wide else np.empty((0, 0))
    place = {name: i for i, name in enumerate(wide)}
    kept = np.zeros(len(wide), dtype=bool)
    dropped: dict[str, str] = {}
    names = list(wide)
    for name, row in wide.items():
        # All at once, and to fewer digits than count: of hundreds of metrics, nearly all are no twins of any other.
        near = np.flatnonzero(kept & (np.abs(rows @ row) >= 1.0 - _NEARLY))
        twin = next((names[i] for i in near if _in_line(samples[name], samples[names[i]])), None)
        if twin is None:
            kept[place[name]] = True
        else:
            dropped[name] = twin
    return dropped


def _standardised(sample: FloatArray) -> FloatArray:
    """With mean 0 and length 1: the product of two is their correlation."""
    centred = sample - sample.mean()
    length = float(np.linalg.norm(centred))
    return centred / length if length and np.isfinite(length) else np.zeros_like(centred)


def _in_line(a: FloatArray, b: FloatArray) -> bool:
    return abs(float(np.corrcoef(a, b)[0, 1])) >= 1.0 - _SAME
