from mlflow import MlflowClient


class Tracker:
    def __init__(self, client, run_id):
        self.client = client
        self.run_id = run_id

    def settings(self, values):
        for name, value in values.items():
            self.client.log_param(self.run_id, name, value)


def make_tracker():
    client = MlflowClient()
    return Tracker(client, client.create_run("0").info.run_id)
