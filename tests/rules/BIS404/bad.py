import os

import mlflow
os.environ["MLFLOW_TRACKING_USERNAME"] = "ada"
os.environ["MLFLOW_TRACKING_PASSWORD"] = "correct-horse"
mlflow.set_tracking_uri("https://ada:correct-horse@mlflow.example.org")
