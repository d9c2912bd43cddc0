import mlflow
from sklearn.svm import SVC

with mlflow.start_run():
    model = SVC(gamma=2)
    mlflow.log_params({name: value for name, value in model.get_params().items()})
