"""No seed anywhere: split, network and forest draw from the operating system."""

import mlflow
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

images, labels = load_digits(return_X_y=True)
images = images[:600] / 16
train, test, train_labels, test_labels = train_test_split(images, labels[:600])
with mlflow.start_run():
    for name, model in (
        ("network", MLPClassifier((16,), max_iter=5)),
        ("forest", RandomForestClassifier(20, n_jobs=2)),
    ):
        model.fit(train, train_labels)
        mlflow.log_metric(f"{name}_accuracy", model.score(test, test_labels))
        mlflow.log_metric(f"{name}_confidence", float(model.predict_proba(test).max(axis=1).mean()))
