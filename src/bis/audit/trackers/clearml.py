"""ClearML, also under its old name Trains. ``Task.init`` records frameworks by itself."""

from __future__ import annotations

from bis.audit.trackers.table import Tracker

_LOGGER = {
    "report_scalar": "metric",
    "report_single_value": "metric",
    "report_histogram": "metric",
    "report_table": "artifact",
    "report_image": "artifact",
    "report_plotly": "artifact",
    "report_matplotlib_figure": "artifact",
    "report_text": "artifact",
}
_TASK = {
    "connect": "param",
    "connect_configuration": "param",
    "set_parameter": "param",
    "set_parameters": "param",
    "set_parameters_as_dict": "param",
    "upload_artifact": "artifact",
    "register_artifact": "artifact",
    "add_tags": "tag",
    "set_tags": "tag",
    "update_output_model": "model",
}

TRACKER = Tracker(
    name="clearml",
    roots=("clearml", "trains"),
    calls={
        "clearml.Task.init": "autolog",
        **{f"clearml.Task.{name}": kind for name, kind in _TASK.items()},
        **{f"clearml.Logger.{name}": kind for name, kind in _LOGGER.items()},
        "clearml.OutputModel": "model",
        "clearml.OutputModel.update_weights": "model",
        "clearml.OutputModel.publish": "register",
        "clearml.Dataset.get": "dataset",
        "clearml.Dataset.create": "dataset",
    },
    aliases={
        "trains": "clearml",
        "clearml.Task.init": "clearml.Task",
        "clearml.Task.current_task": "clearml.Task",
        "clearml.Task.get_task": "clearml.Task",
        "clearml.Task.init.get_logger": "clearml.Logger",
        "clearml.Task.get_logger": "clearml.Logger",
        "clearml.Logger.current_logger": "clearml.Logger",
    },
)
