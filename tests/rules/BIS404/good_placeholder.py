import os

import mlflow

os.environ["AWS_SECRET_ACCESS_KEY"] = "testing"
os.environ["MLFLOW_TRACKING_PASSWORD"] = "password"
mlflow.set_tracking_uri("https://mlflow.example.org")
