import mlflow

mlflow.start_run()
try:
    mlflow.log_param("alpha", 1.0)
finally:
    mlflow.end_run()
