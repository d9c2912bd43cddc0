"""Models of several libraries that functions train and ask."""

import numpy as np
import pandas as pd
import torch
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from torch import nn


def table() -> tuple[pd.DataFrame, np.ndarray]:
    """Examples with numbers and a category."""
    numbers = np.random.default_rng(0).normal(size=(200, 3))
    frame = pd.DataFrame(numbers, columns=["a", "b", "c"])
    frame["kind"] = np.where(numbers[:, 0] > 0, "x", "y")
    return frame, (numbers[:, 0] + numbers[:, 1] > 0).astype(int)


def ask(pipeline, x: pd.DataFrame, y: np.ndarray) -> float:
    """Score, as a program does it."""
    return float(pipeline.score(x, y))


def train_tree(frame: pd.DataFrame, target: np.ndarray) -> None:
    """A pipeline that wants a table."""
    x, x_test, y, y_test = train_test_split(frame, target, test_size=50)
    columns = make_column_transformer((OneHotEncoder(), ["kind"]), (StandardScaler(), ["a", "b", "c"]))
    pipeline = make_pipeline(columns, RandomForestClassifier(10, n_jobs=2))
    pipeline.fit(x, y)
    print("accuracy", ask(pipeline, x_test, y_test))


def train_net(frame: pd.DataFrame, target: np.ndarray) -> None:
    """A net with dropout, which is asked in batches."""
    x = torch.tensor(frame[["a", "b", "c"]].to_numpy(), dtype=torch.float32)
    net = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2))
    loss = nn.CrossEntropyLoss(weight=torch.ones(2))
    for _ in range(3):
        net.train()
        net.zero_grad()
        loss(net(x[:150]), torch.as_tensor(target[:150])).backward()
        with torch.no_grad():  # PyTorch's optimizers take as long to load as PyTorch
            for weights in net.parameters():
                weights.sub_(weights.grad, alpha=0.1)
        net.eval()
        with torch.no_grad():
            for start in range(150, 200, 20):
                net(x[start : start + 20])
    net.train()
    print("loss", float(loss(net(x[:150]), torch.as_tensor(target[:150]))))


data, labels = table()
train_tree(data, labels)
train_net(data, labels)
numbers = data[["a", "b", "c"]].to_numpy()
linear = SGDClassifier().fit(numbers, labels)
print(linear.predict(numbers[:7]))
