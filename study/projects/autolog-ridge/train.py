import mlflow
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

mlflow.sklearn.autolog(log_models=False)
features, target = load_diabetes(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(features, target, random_state=0)
with mlflow.start_run():
    model = Ridge(alpha=0.5).fit(x_train, y_train)
    mlflow.log_metric("test_r2", model.score(x_test, y_test))
