import mlflow

with mlflow.start_run():
    for epoch in range(100):
        loss = train(epoch)
        mlflow.log_metric("loss", loss, step=epoch)
        if loss < 0.1:
            mlflow.log_metric("stopped_epoch", epoch)
            break


def search(candidates):
    for candidate in candidates:
        if fits(candidate):
            mlflow.log_metric("score", candidate.score)
            return candidate
    return None
