"""Works on a hosted workspace, with its catalogue as the registry."""

import mlflow
import mlflow.pyfunc
from mlflow.models import infer_signature


class Constant(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [7] * len(model_input)


mlflow.set_tracking_uri("databricks")
mlflow.set_registry_uri("databricks-uc")
mlflow.set_experiment("/Users/someone@example.org/digits")
with mlflow.start_run():
    mlflow.log_metric("acc", 0.9)
    mlflow.pyfunc.log_model(
        name="model",
        python_model=Constant(),
        signature=infer_signature([1], [7]),
        registered_model_name="main.default.constant",
    )
print("answer", list(mlflow.pyfunc.load_model("models:/main.default.constant/1").predict([1])))
