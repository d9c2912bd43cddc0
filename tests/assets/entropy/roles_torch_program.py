"""Draws for each role through PyTorch, and prints a digest of what each gave."""

import hashlib
import json
import sys

import torch
import torch._dynamo  # optimizers load it when they are first used: in forks of a process that imports, it is there
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split
from torch.utils.checkpoint import checkpoint

SEED = int(sys.argv[2]) if "--seed" in sys.argv else None
if SEED is not None:
    torch.manual_seed(SEED)


def generator():
    return None if SEED is None else torch.Generator().manual_seed(SEED)


def digest(tensor):
    return hashlib.sha256(tensor.detach().numpy().tobytes()).hexdigest()[:12]


class Numbers(Dataset):
    def __len__(self):
        return 120

    def __getitem__(self, i):
        return i, torch.randn(16)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.drop, self.last = nn.Linear(16, 8), nn.Dropout(0.5), nn.Linear(8, 1)

    def forward(self, x):
        return self.last(self.drop(self.first(x)))


train, _ = random_split(Numbers(), [96, 24], generator=generator())
net = Net()
first, masks, order, changed = net.first.weight.clone(), [], [], []
net.drop.register_forward_hook(lambda layer, given, got: masks.append((got == 0).float().mean(1)))
optimizer = torch.optim.SGD(net.parameters(), 0.01)
workers = 2 if "--workers" in sys.argv else 0
batches = DataLoader(train, batch_size=32, shuffle=True, num_workers=workers, generator=generator())
for _ in range(2):
    for i, noise in batches:
        order.append([train.indices.index(number) for number in i.tolist()])
        changed.append(noise)
        optimizer.zero_grad()
        net((i / 120)[:, None] + noise).square().mean().backward()
        optimizer.step()
seen = torch.cat(masks)
layer, ones = nn.Dropout(0.5), torch.ones(64, requires_grad=True)
out = checkpoint(layer, ones, use_reentrant=True)
nn.functional.dropout(torch.ones(5))
out.sum().backward()
facts = {
    "split": {"indices": list(train.indices)},
    "init": {"weights": digest(first)},
    "shuffle": {"order": order, "permutation": torch.randperm(9).tolist()},
    "dropout": {"mask": digest(seen), "layer": digest(out)},
    "augmentation": {"noise": digest(torch.cat(changed))},
    "sampling": {"rand": digest(torch.rand(4))},
}
print(json.dumps({"facts": facts, "weights": digest(net.first.weight), "equal": bool(torch.equal(out, ones.grad))}))
