"""Neptune, with its old and its new interface. ``run["name"] = value`` is no call, and is not counted."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_RUN = {
    "log_metrics": "metric",
    "log_configs": "param",
    "add_tags": "tag",
    "assign_files": "artifact",
    "track_files": "dataset",
}
_OLD = {
    "log_metric": "metric",
    "send_metric": "metric",
    "log_artifact": "artifact",
    "log_image": "artifact",
    "log_text": "artifact",
    "append_tag": "tag",
    "set_property": "tag",
}

TRACKER = Tracker(
    name="neptune",
    roots=("neptune", "neptune_scale", "lightning", "pytorch_lightning"),
    calls={
        **{f"neptune.Run.{name}": kind for name, kind in _RUN.items()},
        **{f"neptune.{name}": kind for name, kind in _OLD.items()},
        "lightning.pytorch.loggers.NeptuneLogger": "metric param",
        "pytorch_lightning.loggers.NeptuneLogger": "metric param",
    },
    aliases={
        "neptune.init": "neptune.Run",
        "neptune.init_run": "neptune.Run",
        "neptune.new.init": "neptune.Run",
        "neptune.new.init_run": "neptune.Run",
        "neptune_scale.Run": "neptune.Run",
        "neptune.create_experiment": "neptune",
    },
)
