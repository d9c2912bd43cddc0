"""Names its tracking server and registry in the source; logs an artifact, a model, and registers it."""

import random

import mlflow
import mlflow.pyfunc
from mlflow import MlflowClient

SERVER = "http://127.0.0.1:@PORT@"


class Constant(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [7] * len(model_input)


mlflow.set_tracking_uri(SERVER)
mlflow.set_registry_uri(SERVER)
mlflow.set_experiment("dead")
with mlflow.start_run() as run:
    mlflow.log_param("lr", 0.1)
    for step in range(3):
        mlflow.log_metric("loss", random.random(), step=step)
    with open("weights.txt", "w") as file:
        file.write(repr(random.random()))
    mlflow.log_artifact("weights.txt", "out")
    mlflow.pyfunc.log_model(name="model", python_model=Constant(), pip_requirements=[])
version = mlflow.register_model(f"runs:/{run.info.run_id}/model", "constant")
MlflowClient().set_registered_model_alias("constant", "champion", version.version)
mlflow.set_tracking_uri("file:./mlruns")
mlflow.set_experiment("beside")
with mlflow.start_run():
    mlflow.log_metric("other", random.random())
    mlflow.log_text("beside", "beside.txt")
print("done")
