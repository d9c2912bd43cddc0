import argparse

import mlflow
from sklearn.svm import SVR
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float, default=10)
args = parser.parse_args()
with mlflow.start_run():
    mlflow.log_params(vars(args))
    SVR(C=args.C).fit(X_train, y_train)
