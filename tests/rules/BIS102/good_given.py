import mlflow
import torch

lr = 0.01
batch_size = 32


def train(model, lr):
    with mlflow.start_run():
        mlflow.log_param("epochs", 3)
        return torch.optim.SGD(model.parameters(), lr=lr)


def sweep(model, data):
    for batch_size in range(8, 64, 8):
        with mlflow.start_run():
            mlflow.log_param("epochs", 3)
            torch.utils.data.DataLoader(data, batch_size=batch_size)


def watch(optimizer):
    return torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min")
