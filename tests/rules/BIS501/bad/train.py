import mlflow
import xgboost

mlflow.log_param("a", 1)
