"""Begins a run that another program takes up."""

from pathlib import Path

import mlflow

with mlflow.start_run() as run:
    mlflow.log_metric("value", 1.0, step=0)
Path("run_id.txt").write_text(run.info.run_id)
