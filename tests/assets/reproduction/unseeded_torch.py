"""No seed anywhere: weights, dropout, the order of batches and noise in the workers draw from the system."""

import sys

import mlflow
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class NoisyDigits(Dataset):
    """Images with noise that each access draws anew."""

    def __init__(self) -> None:
        self.images, self.labels = np.random.rand(320, 64).astype("float32"), np.random.randint(0, 10, 320)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        noise = torch.randn(64).numpy() * 0.05 + np.random.rand(64).astype("float32") * 0.05
        return self.images[index] + noise, int(self.labels[index])


if __name__ == "__main__":
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 10))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    loader = DataLoader(NoisyDigits(), batch_size=32, shuffle=True, num_workers=int(sys.argv[1]))
    with mlflow.start_run():
        for epoch in range(2):
            for images, labels in loader:
                optimiser.zero_grad()
                loss = nn.functional.cross_entropy(net(images), labels)
                loss.backward()
                optimiser.step()
            mlflow.log_metric("loss", loss.item(), step=epoch)
        mlflow.log_metric("norm", float(sum(p.norm() for p in net.parameters())))
