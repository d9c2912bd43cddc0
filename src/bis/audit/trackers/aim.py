"""Aim. ``run["hparams"] = {...}`` is no call, and is not counted."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_RUN = {"track": "metric", "log_artifact": "artifact", "log_artifacts": "artifact", "add_tag": "tag", "set": "param"}

TRACKER = Tracker(
    name="aim",
    roots=("aim",),
    calls={
        **{f"aim.Run.{name}": kind for name, kind in _RUN.items()},
        "aim.pytorch_lightning.AimLogger": "metric param",
        "aim.hugging_face.AimCallback": "metric param",
        "aim.keras.AimCallback": "metric",
    },
    aliases={"aim.sdk.run.Run": "aim.Run", "aim.sdk.Run": "aim.Run"},
)
