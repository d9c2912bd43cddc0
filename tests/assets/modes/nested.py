"""Four runs of one program, nested in pairs, each with unseeded numbers."""

import random

import mlflow

for _ in range(2):
    with mlflow.start_run():
        mlflow.log_metric("outer", random.random())
        with mlflow.start_run(nested=True):
            mlflow.log_metric("inner", random.random())
