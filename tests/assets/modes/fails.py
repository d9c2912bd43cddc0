"""Raises outside of `with start_run()`: MLflow stores FINISHED."""

import mlflow

mlflow.start_run()
mlflow.log_metric("before", 1.0)
raise ValueError("the loss exploded")
