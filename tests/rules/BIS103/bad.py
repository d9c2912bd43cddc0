import mlflow
from mlflow import log_metric


def train_epoch(epoch):
    return 1 / (epoch + 1)


with mlflow.start_run():
    for epoch in range(10):
        loss = train_epoch(epoch)
        log_metric("loss", loss)
        mlflow.log_metrics({"loss": loss, "half": loss / 2})
