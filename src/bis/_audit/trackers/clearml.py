"""ClearML, also under its old name Trains, checked against version 2.1. ``Task.init`` records frameworks by itself."""

from __future__ import annotations

from bis._audit.trackers.table import Tracker

_LOGGER = {
    "report_scalar": "metric",
    "report_single_value": "metric",
    "report_histogram": "metric",
    "report_vector": "metric",
    "report_confusion_matrix": "metric",
    "report_matrix": "metric",
    "report_line_plot": "metric",
    "report_scatter2d": "metric",
    "report_scatter3d": "metric",
    "report_surface": "metric",
    "report_table": "artifact",
    "report_image": "artifact",
    "report_media": "artifact",
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
    "update_parameters": "param",
    "set_configuration_object": "param",
    "set_user_properties": "tag",
    "add_tags": "tag",
    "set_tags": "tag",
    "upload_artifact": "artifact",
    "register_artifact": "artifact",
    "update_output_model": "model",
    "add_requirements": "code",
    "force_requirements_env_freeze": "code",
    "set_packages": "code",
    "set_script": "code",
    "set_repo": "code",
    "set_base_docker": "code",
}

TRACKER = Tracker(
    name="clearml",
    roots=("clearml", "trains", "transformers", "ignite"),
    calls={
        "clearml.Task.init": "autolog",
        **{f"clearml.Task.{name}": kind for name, kind in _TASK.items()},
        **{f"clearml.Logger.{name}": kind for name, kind in _LOGGER.items()},
        "clearml.OutputModel": "model",
        "clearml.OutputModel.update_weights": "model",
        "clearml.OutputModel.update_weights_package": "model",
        "clearml.OutputModel.publish": "register",
        "clearml.Dataset.get": "dataset",
        "clearml.Dataset.create": "dataset",
        "transformers.integrations.ClearMLCallback": "metric param",
        "ignite.handlers.clearml_logger.ClearMLLogger": "metric param",
    },
    aliases={
        "trains": "clearml",
        "clearml.task.Task": "clearml.Task",
        "clearml.logger.Logger": "clearml.Logger",
        "clearml.Task.logger": "clearml.Logger",
        "ignite.handlers.ClearMLLogger": "ignite.handlers.clearml_logger.ClearMLLogger",
        "ignite.contrib.handlers.clearml_logger.ClearMLLogger": "ignite.handlers.clearml_logger.ClearMLLogger",
    },
    makes={
        "clearml.Task.init": "clearml.Task",
        "clearml.Task.create": "clearml.Task",
        "clearml.Task.current_task": "clearml.Task",
        "clearml.Task.get_task": "clearml.Task",
        "clearml.Task.get_logger": "clearml.Logger",
        "clearml.Logger.current_logger": "clearml.Logger",
    },
    keywords={"clearml.Task.init": {"tags": "tag"}},
)
