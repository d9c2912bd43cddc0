import os

import mlflow

os.environ.update({"MLFLOW_TRACKING_PASSWORD": "hunter22", "HOME": "x"})
mlflow.set_tracking_uri("https://mlflow.example.org")
