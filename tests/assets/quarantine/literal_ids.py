"""Names experiments and runs of somebody's store by their ids."""

import mlflow
from mlflow import MlflowClient

mlflow.set_tracking_uri("http://127.0.0.1:9")
OTHER = "0123456789abcdef0123456789abcdef"
print(mlflow.get_experiment_by_name("old experiment").name)
with mlflow.start_run(experiment_id="715123456789012345"):
    mlflow.log_metric("a", 1.0)
mlflow.set_experiment(experiment_id="4")
with mlflow.start_run(run_id=OTHER):
    mlflow.log_metric("b", 2.0)
    with mlflow.start_run(nested=True):
        mlflow.log_metric("c", 3.0)
client = MlflowClient()
client.log_param("f" * 32, "late", "yes")
client.set_tag("f" * 32, "seen", "yes")
print(sorted(e.experiment_id for e in mlflow.search_experiments()))
try:
    client.get_registered_model("somebody's model")
except mlflow.exceptions.MlflowException as error:
    print(error.error_code)
