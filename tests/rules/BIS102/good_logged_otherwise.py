import mlflow
from sklearn.svm import SVC

with mlflow.start_run():
    model = SVC(gamma=2)
    for name, value in model.get_params().items():
        mlflow.log_param(name, value)
