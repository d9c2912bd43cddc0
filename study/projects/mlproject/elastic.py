import sys

import mlflow
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet
from sklearn.model_selection import train_test_split

alpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
features, target = load_diabetes(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(features, target, random_state=42)
with mlflow.start_run():
    mlflow.log_params({"alpha": alpha, "random_state": 42})
    model = ElasticNet(alpha=alpha).fit(x_train, y_train)
    mlflow.log_metric("r2", model.score(x_test, y_test))
