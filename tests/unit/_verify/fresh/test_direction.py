"""What names say about the better end."""

from __future__ import annotations

import pytest

from bis._verify.fresh.direction import smaller_is_better


@pytest.mark.parametrize(
    "name", ["loss", "val_loss", "test_mse", "mean_absolute_error", "valLoss", "RMSE", "cross_entropy"]
)
def test_losses_are_better_when_smaller(name: str) -> None:
    """Losses and errors."""
    assert smaller_is_better(name)


@pytest.mark.parametrize("name", ["accuracy", "r2", "f1_score", "auc", "closeness", "terrain"])
def test_others_are_better_when_larger(name: str) -> None:
    """Scores, and words that only contain a loss."""
    assert not smaller_is_better(name)
