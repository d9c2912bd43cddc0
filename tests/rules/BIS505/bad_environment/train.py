import mlflow

mlflow.log_param("lr", 0.1)
