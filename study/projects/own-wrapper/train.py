import mlflow
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier
from tracking import Tracker

DEPTH = 4

if __name__ == "__main__":
    tracker = Tracker()
    features, target = load_breast_cancer(return_X_y=True)
    with mlflow.start_run():
        tracker.given("depth", DEPTH)
        scores = cross_val_score(DecisionTreeClassifier(max_depth=DEPTH, random_state=1), features, target)
        tracker.note("accuracy", scores.mean())
