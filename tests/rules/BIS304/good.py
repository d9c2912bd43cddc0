import torch
torch.manual_seed(7)
net = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
loss = net(torch.ones(1, 3)).sum()
loss.backward()
