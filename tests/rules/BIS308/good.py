import torch
from torch.utils.data import DataLoader
generator = torch.Generator().manual_seed(7)
loader = DataLoader(list(range(10)), batch_size=2, shuffle=True, num_workers=4, generator=generator)
ordered = DataLoader(list(range(10)), batch_size=2, num_workers=4)
alone = DataLoader(list(range(10)), batch_size=2, shuffle=True)
