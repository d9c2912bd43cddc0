import mlflow
from mlflow import MlflowClient
TRACKING = "http://10.0.0.7:5000"
mlflow.set_tracking_uri(TRACKING)
client = MlflowClient(tracking_uri="sqlite:////srv/mlflow.db")
