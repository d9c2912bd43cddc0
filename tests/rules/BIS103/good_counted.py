import mlflow

scores = [0.1, 0.2]
with mlflow.start_run():
    i = 0
    for score in scores:
        mlflow.log_metric("score_" + str(i), score)
        i += 1
    k = 0
    for score in scores:
        k = k + 1
        mlflow.log_metric(f"again_{k}", score)
    number = 0
    for score in scores:
        name = f"named_{number}"
        mlflow.log_metric(name, score)
        number += 1
