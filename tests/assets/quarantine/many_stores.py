"""Names a store of every kind, some of which no machine has."""

import mlflow
from mlflow import MlflowClient

URIS = [
    "file:./mlruns",
    "./mlruns",
    "mlruns",
    "sqlite:////nowhere/at/all.db",
    "postgresql://user:pw@db.invalid/mlflow",
    "https://user:pw@mlflow.invalid",
    "azureml://nobody.invalid/workspace",
]
for i, uri in enumerate(URIS):
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(f"store-{i}")
    with mlflow.start_run():
        mlflow.log_metric("i", i)
        mlflow.log_dict({"i": i}, "i.json")
client = MlflowClient(tracking_uri="http://10.255.255.1:1", registry_uri="http://10.255.255.1:2")
run = client.create_run("0")
client.log_metric(run.info.run_id, "direct", 1.0)
client.set_terminated(run.info.run_id)
mlflow.set_registry_uri("sqlite:////nowhere/registry.db")
client = MlflowClient()
client.create_registered_model("by-client")
client.create_model_version("by-client", source=run.info.artifact_uri, run_id=run.info.run_id)
print([m.name for m in client.search_registered_models()])
