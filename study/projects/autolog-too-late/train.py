import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

features, target = load_iris(return_X_y=True)
model = LogisticRegression(max_iter=500)
model.fit(features, target)
mlflow.autolog()
print("accuracy", model.score(features, target))
