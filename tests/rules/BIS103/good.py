import mlflow

losses = {"train": 0.1, "test": 0.2}
with mlflow.start_run():
    for epoch in range(10):
        mlflow.log_metric("loss", 1 / (epoch + 1), step=epoch)
        mlflow.log_metric("half", 0.5 / (epoch + 1), epoch)
    for name, value in losses.items():
        mlflow.log_metric(name, value)
        mlflow.log_metric(f"{name}_squared", value**2)
for alpha in (0.1, 1.0):
    with mlflow.start_run():
        mlflow.log_param("alpha", alpha)
        mlflow.log_metric("score", 1 / alpha)
