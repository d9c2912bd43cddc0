"""The study's "basic" experiment: linear regression on the diabetes data, tracked with MLflow.

An ordinary program: it knows nothing of bis. `autolog()` is called before the fit, so that the figures of the training
split are logged as well.
"""

from __future__ import annotations

import argparse

import mlflow
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test-size", type=float, default=0.2)
    parser.add_argument("--random-state", type=int, default=42)
    args = parser.parse_args()

    features, target = load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        features, target, test_size=args.test_size, random_state=args.random_state
    )

    mlflow.set_experiment("study-basic")
    mlflow.sklearn.autolog(log_post_training_metrics=False)
    with mlflow.start_run():
        mlflow.log_params({"test_size": args.test_size, "random_state": args.random_state})
        model = LinearRegression().fit(x_train, y_train)
        predicted = model.predict(x_test)
        figures = {
            "mse": mean_squared_error(y_test, predicted),
            "mae": mean_absolute_error(y_test, predicted),
            "r2": r2_score(y_test, predicted),
        }
        mlflow.log_metrics(figures)
    for name, value in figures.items():
        print(name, repr(float(value)))


if __name__ == "__main__":
    main()
