import mlflow
from azureml.core import Model, Run, Workspace

run = Run.get_context()
run.log_metric("accuracy", 0.9)
run.register_model(model_name="churn", model_path="outputs/model.pkl")
Model.register(Workspace.from_config(), "outputs/model.pkl", "churn")
print(mlflow.__version__)
