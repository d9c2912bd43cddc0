"""DVCLive."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_LIVE = {
    "log_param": "param",
    "log_params": "param",
    "log_metric": "metric",
    "log_artifact": "artifact",
    "log_image": "artifact",
    "log_plot": "artifact",
    "log_sklearn_plot": "artifact",
}

TRACKER = Tracker(
    name="dvclive",
    roots=("dvclive",),
    calls={
        **{f"dvclive.Live.{name}": kind for name, kind in _LIVE.items()},
        "dvclive.keras.DVCLiveCallback": "metric param",
        "dvclive.lightning.DVCLiveLogger": "metric param",
        "dvclive.huggingface.DVCLiveCallback": "metric param",
    },
    aliases={"dvclive.live.Live": "dvclive.Live"},
)
