"""Trackio, checked against version 0.43. Its functions have the names of W&B's, for which it is put in."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_RUN = {
    "log": "metric",
    "log_artifact": "artifact",
    "use_artifact": "dataset",
}

TRACKER = Tracker(
    name="trackio",
    roots=("trackio", "transformers", "accelerate"),
    calls={
        **{f"trackio.{name}": kind for name, kind in _RUN.items()},
        **{f"trackio.Run.{name}": kind for name, kind in _RUN.items()},
        "trackio.Run.link_artifact": "register",
        "trackio.save": "artifact",
        "transformers.integrations.TrackioCallback": "metric param",
        "accelerate.tracking.TrackioTracker": "metric param",
    },
    aliases={
        "trackio.run.Run": "trackio.Run",
        "transformers.integrations.integration_utils.TrackioCallback": "transformers.integrations.TrackioCallback",
    },
    makes={"trackio.init": "trackio.Run"},
    keywords={"trackio.init": {"config": "param"}},
    assigned={"trackio.config": "param", "trackio.Run.config": "param"},
)
