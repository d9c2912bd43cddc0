"""DVCLive, checked against version 3.49."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_LIVE = {
    "log_param": "param",
    "log_params": "param",
    "log_metric": "metric",
    "log": "metric",  # of version 1
    "log_artifact": "artifact",
    "log_image": "artifact",
    "log_plot": "artifact",
    "log_sklearn_plot": "artifact",
}
# Callbacks of frameworks: module -> class
_CALLBACKS = {
    "keras": "DVCLiveCallback",
    "huggingface": "DVCLiveCallback",
    "lightning": "DVCLiveLogger",
    "fabric": "DVCLiveLogger",
    "fastai": "DVCLiveCallback",
    "xgb": "DVCLiveCallback",
    "lgbm": "DVCLiveCallback",
    "optuna": "DVCLiveCallback",
    # of earlier versions
    "catalyst": "DVCLiveCallback",
    "mmcv": "DVCLiveLoggerHook",
}

TRACKER = Tracker(
    name="dvclive",
    roots=("dvclive", "transformers"),
    calls={
        **{f"dvclive.Live.{name}": kind for name, kind in _LIVE.items()},
        **{f"dvclive.{module}.{name}": "metric param" for module, name in _CALLBACKS.items()},
        "dvclive.log": "metric",  # of version 0
        "transformers.integrations.DVCLiveCallback": "metric param",
    },
    keywords={"dvclive.Live": {"save_dvc_exp": "code"}},
    aliases={"dvclive.live.Live": "dvclive.Live", "dvclive.lightning.DVCLiveLogger.experiment": "dvclive.Live"},
)
