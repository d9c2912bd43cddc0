import mlflow
<<<<<<< HEAD
mlflow.log_param("alpha", 1)
=======
mlflow.log_param("alpha", 2)
>>>>>>> other
