import mlflow

mlflow.set_experiment("/Users/ada@example.org/churn")
mlflow.log_param("alpha", 1)
