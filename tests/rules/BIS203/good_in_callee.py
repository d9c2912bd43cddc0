import mlflow


def log_all(value):
    mlflow.log_metric("value", value)


def main():
    with mlflow.start_run():
        log_all(1)
    with mlflow.start_run(nested=True):
        log_all(2)


if __name__ == "__main__":
    main()
