import mlflow


class Tracker:
    """Hides MLflow from the rest of the project."""

    def note(self, name, value):
        mlflow.log_metric(name, value)

    def given(self, name, value):
        mlflow.log_param(name, value)
