"""A run made through the client alone."""

from mlflow import MlflowClient
from mlflow.entities import Metric

client = MlflowClient()
run_id = client.create_run("0").info.run_id
client.log_metric(run_id, "single", 0.5)
client.log_batch(run_id, metrics=[Metric("batch", 1.5 + i, 0, i) for i in range(3)])
client.set_terminated(run_id)
