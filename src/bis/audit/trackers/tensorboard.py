"""TensorBoard, through torch, tensorboardX, TensorFlow and Keras."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_WRITER = {
    "add_scalar": "metric",
    "add_scalars": "metric",
    "add_histogram": "metric",
    "add_hparams": "param",
    "add_image": "artifact",
    "add_images": "artifact",
    "add_figure": "artifact",
    "add_text": "artifact",
    "add_graph": "model",
}

TRACKER = Tracker(
    name="tensorboard",
    roots=("torch", "tensorboardX", "tensorflow", "keras", "lightning", "pytorch_lightning", "tensorboard"),
    calls={
        **{f"torch.utils.tensorboard.SummaryWriter.{name}": kind for name, kind in _WRITER.items()},
        "tensorflow.summary.scalar": "metric",
        "tensorflow.summary.histogram": "metric",
        "tensorflow.summary.image": "artifact",
        "tensorflow.summary.text": "artifact",
        "keras.callbacks.TensorBoard": "metric",
        "tensorboard.plugins.hparams.api.hparams": "param",
        "lightning.pytorch.loggers.TensorBoardLogger": "metric param",
        "pytorch_lightning.loggers.TensorBoardLogger": "metric param",
    },
    aliases={
        "tensorboardX.SummaryWriter": "torch.utils.tensorboard.SummaryWriter",
        "torch.utils.tensorboard.writer.SummaryWriter": "torch.utils.tensorboard.SummaryWriter",
        "tensorflow.keras.callbacks.TensorBoard": "keras.callbacks.TensorBoard",
    },
)
