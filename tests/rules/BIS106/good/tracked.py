import mlflow
from sklearn.svm import SVC

with mlflow.start_run():
    mlflow.log_params({"C": 10})
    mlflow.log_metric("a", SVC(C=10).fit(X, y).score(X, y))
