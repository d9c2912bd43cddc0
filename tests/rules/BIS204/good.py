import mlflow
with mlflow.start_run():
    mlflow.log_param("alpha", 1.0)
run = mlflow.start_run()
with run:
    mlflow.log_param("alpha", 2.0)
