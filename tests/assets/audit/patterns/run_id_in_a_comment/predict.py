import os

import mlflow

RUN_ID = os.environ["RUN_ID"]  # "0123456789abcdef0123456789abcdef"
model = mlflow.pyfunc.load_model(f"runs:/{RUN_ID}/model")
