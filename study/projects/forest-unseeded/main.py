import mlflow
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def main():
    features, target = load_wine(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(features, target, test_size=0.4)
    with mlflow.start_run():
        model = RandomForestClassifier(n_estimators=20)
        mlflow.log_param("n_estimators", 20)
        model.fit(x_train, y_train)
        mlflow.log_metric("accuracy", model.score(x_test, y_test))


if __name__ == "__main__":
    main()
