"""Sacred, checked against version 0.8."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_RUN = {
    "log_scalar": "metric",
    "add_artifact": "artifact",
    "add_resource": "dataset",
    "open_resource": "dataset",
}
_SOURCES = {
    "add_source_file": "code",
    "add_package_dependency": "code",
}

TRACKER = Tracker(
    name="sacred",
    roots=("sacred",),
    calls={
        **{f"sacred.Experiment.{name}": kind for name, kind in _RUN.items()},
        **{f"sacred.{owner}.{name}": kind for owner in ("Experiment", "Ingredient") for name, kind in _SOURCES.items()},
        **{f"sacred.run.Run.{name}": kind for name, kind in _RUN.items()},
        "sacred.Experiment.add_config": "param",
        "sacred.Ingredient.add_config": "param",
        "sacred.Experiment.add_named_config": "param",
    },
    aliases={
        "sacred.experiment.Experiment": "sacred.Experiment",
        "sacred.ingredient.Ingredient": "sacred.Ingredient",
        "sacred.Experiment.current_run": "sacred.run.Run",
    },
    assigned={"sacred.Experiment.info": "metric", "sacred.run.Run.info": "metric"},
    decorators={
        "sacred.Experiment.config": "param",
        "sacred.Experiment.named_config": "param",
        "sacred.Ingredient.config": "param",
    },
)
