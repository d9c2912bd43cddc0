"""A small network on scikit-learn's digits, trained many times at once, with entropy by role.

64-32-10 with ReLU, dropout and noise on the inputs; stochastic gradient descent with momentum. All runs are trained
side by side by batched products of matrices, so that hundreds take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = ("split", "init", "shuffle", "dropout", "augment")
POOL = 1_500  # the other 297 items are the probe set, in no training set

Float32 = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Accuracy and predictions after an epoch.

    `accuracy` (runs,) is on the items that the split left for testing, as are the classes `tested` and `true` (runs,
    items); `predicted` (runs, 297) are the classes on the probe set, from `probabilities` (runs, 297, 10).
    """

    accuracy: npt.NDArray[np.float64]
    tested: Integers
    true: Integers
    predicted: Integers
    probabilities: Float32


def one_role(role: str, runs: int) -> dict[str, Integers]:
    """Seeds of runs between which one role differs, or all of them."""
    return {name: np.arange(1, runs + 1) * (role in (name, "all")) for name in ROLES}


def train(
    seeds: Mapping[str, Integers],
    *,
    epochs: tuple[int, ...],
    training: int = 1_200,
    noise: float = 0.15,
    kept: float = 0.8,
    rate: float = 0.1,
    batch: int = 50,
) -> dict[int, Outcomes]:
    """Train one run for each row of seeds; outcomes after each of the epochs that are named."""
    pixels, classes = load_digits(return_X_y=True)
    x_all, y_all = (pixels / 16).astype(np.float32), classes.astype(np.int64)
    streams = {r: [np.random.default_rng([i, int(s)]) for s in seeds[r]] for i, r in enumerate(ROLES)}
    order = np.stack([rng.permutation(POOL) for rng in streams["split"]])
    inside, outside = order[:, :training], order[:, training:]
    w1, w2 = _weights(streams["init"], 64, 32), _weights(streams["init"], 32, 10)
    runs = len(order)
    state = [w1, np.zeros((runs, 1, 32), np.float32), w2, np.zeros((runs, 1, 10), np.float32)]
    speed = [np.zeros_like(array) for array in state]
    found = {}
    for epoch in range(1, max(epochs) + 1):
        shuffled = np.stack([rng.permutation(training) for rng in streams["shuffle"]])
        items = np.take_along_axis(inside, shuffled, axis=1)
        x, y = x_all[items], y_all[items]
        if noise:
            x += noise * np.stack([rng.standard_normal((training, 64), dtype=np.float32) for rng in streams["augment"]])
        mask = np.stack([rng.random((training, 32), dtype=np.float32) for rng in streams["dropout"]]) < kept
        for i in range(0, training, batch):
            part = slice(i, i + batch)
            gradient = _gradient(state, x[:, part], y[:, part], mask[:, part] / np.float32(kept))
            speed = [np.float32(0.9) * v + slope for v, slope in zip(speed, gradient, strict=True)]
            state = [array - np.float32(rate) * v for array, v in zip(state, speed, strict=True)]
        if epoch in epochs:
            tested = _scores(state, x_all[outside]).argmax(axis=-1)
            shares = _softmax(_scores(state, x_all[np.newaxis, POOL:]))
            right = (tested == y_all[outside]).mean(axis=1)
            found[epoch] = Outcomes(right, tested, y_all[outside], shares.argmax(axis=-1), shares)
    return found


def _weights(rngs: list[np.random.Generator], rows: int, columns: int) -> Float32:
    draws = np.stack([rng.standard_normal((rows, columns), dtype=np.float32) for rng in rngs])
    return np.asarray(draws * np.float32(np.sqrt(2 / rows)), dtype=np.float32)


def _scores(state: list[Float32], x: Float32) -> Float32:
    return np.asarray(np.maximum(x @ state[0] + state[1], 0) @ state[2] + state[3], dtype=np.float32)


def _softmax(scores: Float32) -> Float32:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def _gradient(state: list[Float32], x: Float32, y: Integers, mask: Float32) -> list[Float32]:
    w1, b1, w2, b2 = state
    hidden = x @ w1 + b1
    gate = (hidden > 0) * mask
    hidden *= gate
    delta = _softmax(np.asarray(hidden @ w2 + b2, dtype=np.float32))
    at = y[..., np.newaxis]
    np.put_along_axis(delta, at, np.take_along_axis(delta, at, 2) - 1, 2)
    delta /= np.float32(x.shape[1])
    back = delta @ w2.transpose(0, 2, 1)
    back *= gate
    return [
        x.transpose(0, 2, 1) @ back,
        back.sum(axis=1, keepdims=True),
        hidden.transpose(0, 2, 1) @ delta,
        delta.sum(axis=1, keepdims=True),
    ]
