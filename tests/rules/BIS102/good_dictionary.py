import mlflow
from sklearn.svm import SVC

with mlflow.start_run():
    model = SVC(gamma=2, C=3, degree=4)
    params = {}
    params["gamma"] = 2
    params.update(degree=4)
    mlflow.log_params(params)
    mlflow.log_params(dict(C=3))
