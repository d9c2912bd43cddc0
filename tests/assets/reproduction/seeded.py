"""Every generator that a program may seed is seeded; prints the bits of what came out."""

import random
import sys

import mlflow
import numpy as np

framework = sys.argv[1]
random.seed(1)
np.random.seed(2)
train, train_labels = np.random.rand(320, 64).astype("float32"), np.random.randint(0, 10, 320)
if framework == "sklearn":
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier

    images, labels = load_digits(return_X_y=True)
    train, _, train_labels, _ = train_test_split(images[:400] / 16, labels[:400], random_state=3)
    network = MLPClassifier((16,), max_iter=3, random_state=4).fit(train, train_labels)
    found = np.concatenate([w.ravel() for w in network.coefs_])
else:
    import torch

    torch.manual_seed(5)
    network = torch.nn.Sequential(torch.nn.Linear(64, 16), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(16, 10))
    data = torch.utils.data.TensorDataset(torch.from_numpy(train), torch.from_numpy(train_labels))
    for inputs, targets in torch.utils.data.DataLoader(data, batch_size=32, shuffle=True):
        network.zero_grad()
        torch.nn.functional.cross_entropy(network(inputs), targets).backward()
        with torch.no_grad():  # as `torch.optim.SGD` does, which loads PyTorch's compiler for more than a second
            for parameter in network.parameters():
                parameter.sub_(0.1 * parameter.grad)
    found = np.concatenate([p.detach().numpy().ravel() for p in network.parameters()])
with mlflow.start_run():
    mlflow.log_metric("sum", float(np.asarray(found, "float64").sum()))
print(found.astype("<f8").tobytes().hex()[:4000], random.random(), np.random.rand())
