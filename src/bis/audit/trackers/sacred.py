"""Sacred. Functions that are decorated with ``@ex.config`` are no calls, and are not counted."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

TRACKER = Tracker(
    name="sacred",
    roots=("sacred",),
    calls={
        "sacred.Experiment.log_scalar": "metric",
        "sacred.Experiment.add_config": "param",
        "sacred.Experiment.add_artifact": "artifact",
        "sacred.Experiment.add_resource": "dataset",
        "sacred.Experiment.open_resource": "dataset",
        "sacred.run.Run.log_scalar": "metric",
        "sacred.run.Run.add_artifact": "artifact",
        "sacred.run.Run.add_resource": "dataset",
    },
    aliases={"sacred.experiment.Experiment": "sacred.Experiment"},
)
