import mlflow
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

frame = pd.DataFrame(X_train)
with mlflow.start_run():
    mlflow.log_input(mlflow.data.from_pandas(frame), context="training")
    model = Ridge(alpha=0.5).fit(X_train, y_train)
    mlflow.log_param("alpha", 0.5)
