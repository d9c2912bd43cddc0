import joblib
import mlflow


def log_model(model, path):
    joblib.dump(model, path)


log_model(object(), "model.bin")
mlflow.log_param("a", 1)
