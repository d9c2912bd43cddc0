"""Tests of the table of TensorBoard."""

from __future__ import annotations

import pytest

from bis._audit.trackers.tensorboard import TRACKER


@pytest.mark.parametrize(
    ("api", "kinds"),
    [
        ("torch.utils.tensorboard.SummaryWriter.add_scalar", "metric"),
        ("tensorboardX.SummaryWriter.add_hparams", "param"),
        ("tensorflow.compat.v1.summary.scalar", "metric"),
        ("tensorflow.keras.callbacks.TensorBoard", "metric"),
        ("pytorch_lightning.loggers.TensorBoardLogger.experiment.add_image", "artifact"),
    ],
)
def test_kinds_listed_calls_trace(api: str, kinds: str) -> None:
    """Calls trace under every name by which they are imported, and as methods of what functions return."""
    assert TRACKER.kinds(api) == tuple(kinds.split())


@pytest.mark.parametrize("api", ["torch.utils.tensorboard.SummaryWriter", "tensorflow.summary.create_file_writer"])
def test_kinds_other_calls_trace_nothing(api: str) -> None:
    """Calls that open, close or make something trace nothing by themselves."""
    assert TRACKER.kinds(api) == ()
