"""TensorBoard: through torch, tensorboardX, TensorFlow, Keras and Lightning; checked against tensorboardX 2.6."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_WRITER = {
    "add_scalar": "metric",
    "add_scalars": "metric",
    "add_histogram": "metric",
    "add_histogram_raw": "metric",
    "add_pr_curve": "metric",
    "add_hparams": "param",
    "add_image": "artifact",
    "add_images": "artifact",
    "add_image_with_boxes": "artifact",
    "add_figure": "artifact",
    "add_video": "artifact",
    "add_audio": "artifact",
    "add_text": "artifact",
    "add_embedding": "artifact",
    "add_mesh": "artifact",
    "add_graph": "model",
    "add_onnx_graph": "model",
}
# tf.summary, the same in the compatible interface of version 1
_SUMMARY = {
    "scalar": "metric",
    "histogram": "metric",
    "image": "artifact",
    "text": "artifact",
    "audio": "artifact",
    "graph": "model",
}
_WRITER_CLASS = "torch.utils.tensorboard.SummaryWriter"
_LOGGER = "lightning.pytorch.loggers.TensorBoardLogger"

TRACKER = Tracker(
    name="tensorboard",
    roots=(
        "torch", "tensorboardX", "tensorflow", "keras", "tf_keras", "lightning", "pytorch_lightning", "tensorboard",
        "transformers", "skorch", "optuna_integration",
    ),
    calls={
        **{f"{_WRITER_CLASS}.{name}": kind for name, kind in _WRITER.items()},
        **{f"tensorflow.summary.{name}": kind for name, kind in _SUMMARY.items()},
        "tensorflow.summary.FileWriter.add_summary": "metric",
        "keras.callbacks.TensorBoard": "metric",
        "tensorboard.plugins.hparams.api.hparams": "param",
        "tensorboard.plugins.hparams.api.KerasCallback": "param",
        _LOGGER: "metric param",
        f"{_LOGGER}.log_hyperparams": "param",
        f"{_LOGGER}.log_metrics": "metric",
        "transformers.integrations.TensorBoardCallback": "metric param",
        "skorch.callbacks.TensorBoard": "metric",
        "optuna_integration.tensorboard.TensorBoardCallback": "metric param",
    },
    aliases={
        "tensorboardX.SummaryWriter": _WRITER_CLASS,
        "tensorboardX.GlobalSummaryWriter": _WRITER_CLASS,
        "tensorboardX.writer.SummaryWriter": _WRITER_CLASS,
        "torch.utils.tensorboard.writer.SummaryWriter": _WRITER_CLASS,
        "tensorflow.keras.callbacks.TensorBoard": "keras.callbacks.TensorBoard",
        "tf_keras.callbacks.TensorBoard": "keras.callbacks.TensorBoard",
        "tensorflow.compat.v1.summary": "tensorflow.summary",
        "tensorflow.compat.v2.summary": "tensorflow.summary",
        "tensorflow.contrib.summary": "tensorflow.summary",
        "pytorch_lightning.loggers.TensorBoardLogger": _LOGGER,
        "pytorch_lightning.loggers.tensorboard.TensorBoardLogger": _LOGGER,
        "lightning.pytorch.loggers.tensorboard.TensorBoardLogger": _LOGGER,
        f"{_LOGGER}.experiment": _WRITER_CLASS,
    },
)  # fmt: skip
