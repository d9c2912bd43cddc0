"""The program of an MLflow project."""

import sys

import mlflow

mlflow.log_metric("x", float(sys.argv[2]))
