"""Logs an unseeded curve to MLflow."""

import random

import mlflow

with mlflow.start_run():
    mlflow.log_param("steps", 5)
    for step in range(5):
        mlflow.log_metric("loss", random.random(), step=step)
    mlflow.log_text("hello", "notes/hello.txt")
