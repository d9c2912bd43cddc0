"""Logs a little to MLflow, says so, and then takes very long."""

import time

import mlflow

with mlflow.start_run() as run:
    mlflow.log_param("lr", 0.5)
    mlflow.log_metric("loss", 0.25, step=0)
    mlflow.log_metric("loss", 0.125, step=1)
    print("logged", run.info.run_id, flush=True)
    time.sleep(600)
