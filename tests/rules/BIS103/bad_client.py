from mlflow.tracking import MlflowClient


class Tracker:
    def __init__(self):
        self.client = MlflowClient()
        self.run = self.client.create_run("0").info.run_id

    def train(self, batches):
        for i, batch in enumerate(batches):
            self.client.log_metric(self.run, "loss", batch)
