import mlflow
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

with mlflow.start_run():
    model = Ridge(alpha=0.5).fit(X_train, y_train)
    mlflow.log_param("alpha", 0.5)
    mlflow.log_metric("r2", model.score(X_test, y_test))
