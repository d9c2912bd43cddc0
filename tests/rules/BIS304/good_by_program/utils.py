import torch


def set_seeds(seed=42):
    torch.manual_seed(seed)


def loss_of(model, batch):
    return (model(batch) ** 2).mean()
