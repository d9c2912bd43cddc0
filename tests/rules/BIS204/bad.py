import mlflow
mlflow.start_run(run_name="first")
mlflow.log_param("alpha", 1.0)
