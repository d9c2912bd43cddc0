"""Draws in workers of loaders: one that ends, one that is left early, one that is still there at the end."""

import json
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 24

    def __getitem__(self, i):
        return i + random.random() + np.random.rand() + torch.rand(8).sum()


def whole(loader):
    return torch.cat(list(loader)).tolist()


if __name__ == "__main__":
    ended = whole(DataLoader(Noise(), batch_size=4, num_workers=2))
    left = next(iter(DataLoader(Noise(), batch_size=4, num_workers=1))).tolist()
    alive = DataLoader(Noise(), batch_size=6, num_workers=2, persistent_workers=True)
    lasting = [whole(alive), whole(alive)]
    none = whole(DataLoader(torch.arange(24.0), batch_size=4, shuffle=True))
    print(
        json.dumps(
            {"facts": {"augmentation": {"ended": ended, "left": left, "lasting": lasting}, "shuffle": {"order": none}}}
        )
    )
