import json

import mlflow
from sklearn.svm import SVC

params = {"C": 3, "kernel": "poly"}
with mlflow.start_run(), open("params.json", "w") as file:
    model = SVC(**params)
    json.dump(params, file)
    mlflow.log_artifact("params.json")
    mlflow.log_metric("size", 1)
