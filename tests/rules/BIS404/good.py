import getpass
import os

import mlflow
os.environ["MLFLOW_TRACKING_PASSWORD"] = getpass.getpass()
os.environ["AWS_SECRET_ACCESS_KEY"] = "<your key>"
mlflow.set_tracking_uri("https://mlflow.example.org")
