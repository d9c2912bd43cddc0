import mlflow
from models import make_model
from sklearn.datasets import load_iris

X, y = load_iris(return_X_y=True)
with mlflow.start_run():
    model = make_model()
    model.fit(X, y)
    mlflow.log_param("max_depth", 4)
    mlflow.log_metric("accuracy", model.score(X, y))
