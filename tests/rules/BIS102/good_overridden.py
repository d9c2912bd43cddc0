import mlflow
from sklearn.ensemble import RandomForestClassifier


def make(name, given):
    mlflow.log_param("model", name)
    params = {"n_estimators": 100, "max_depth": 5, **given}
    return RandomForestClassifier(**params, random_state=0)
