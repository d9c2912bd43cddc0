"""Logs to a server that is not there, registers a model and loads it again by alias."""

import mlflow
import mlflow.pyfunc
from mlflow import MlflowClient


class Constant(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [7] * len(model_input)


mlflow.set_tracking_uri("http://127.0.0.1:9")
mlflow.set_experiment("dead")
with mlflow.start_run() as run:
    mlflow.log_param("lr", 0.1)
    mlflow.log_metric("loss", 0.5, step=1)
    mlflow.log_text("hello", "notes/hello.txt")
    mlflow.pyfunc.log_model(name="model", python_model=Constant(), registered_model_name="constant")
version = mlflow.register_model(f"runs:/{run.info.run_id}/model", "constant")
client = MlflowClient()
client.set_registered_model_alias("constant", "champion", version.version)
client.set_registered_model_tag("constant", "reviewed", "yes")
loaded = mlflow.pyfunc.load_model("models:/constant@champion")
print("version", version.version)
print("answer", list(loaded.predict([1, 2])))
print("uri", mlflow.get_tracking_uri())
