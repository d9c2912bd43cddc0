import mlflow

mlflow.log_param("alpha", 1.0)
mlflow.start_run()
mlflow.log_metric("r2", 0.5)
mlflow.end_run()
mlflow.set_tag("done", "yes")
