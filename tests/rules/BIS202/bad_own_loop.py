import mlflow
import torch

mlflow.pytorch.autolog()
net = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _step in range(10):
    loss = net(torch.ones(1, 3)).sum()
    loss.backward()
    optimizer.step()
