"""Calls the call sites of PyTorch that draw, each on a line of its own."""

import torch
from torch import nn
from torch.nn import functional as F, init
from torch.utils.data import DataLoader, Dataset, IterableDataset, RandomSampler, SubsetRandomSampler
from torch.utils.data import WeightedRandomSampler, random_split

from roles_cases import Cases

torch.set_num_threads(1)
w, x, images = torch.empty(6, 4), torch.ones(5, 4), torch.ones(2, 3, 4, 4)
cases = Cases()


class Noise(Dataset):
    def __init__(self, draw):
        self.draw = draw

    def __len__(self):
        return 6

    def __getitem__(self, i):
        return self.draw()


class Stream(IterableDataset):
    def __iter__(self):
        return iter([lazy, lazy])


class Lazy:
    """Draws where the batch is put together."""


lazy = Lazy()
cases.add(
    lambda: list(random_split(range(30), [20, 10])[0].indices),
    lambda: init.uniform_(w).clone(),
    lambda: init.normal_(w).clone(),
    lambda: init.trunc_normal_(w).clone(),
    lambda: init.xavier_uniform_(w).clone(),
    lambda: init.xavier_normal_(w).clone(),
    lambda: init.kaiming_uniform_(w).clone(),
    lambda: init.kaiming_normal_(w).clone(),
    lambda: init.orthogonal_(w).clone(),
    lambda: init.sparse_(w, 0.5).clone(),
    lambda: nn.Linear(3, 2).weight,
    lambda: nn.Bilinear(3, 3, 2).weight,
    lambda: nn.Conv2d(3, 2, 2).weight,
    lambda: nn.ConvTranspose1d(3, 2, 2).weight,
    lambda: nn.Embedding(4, 3).weight,
    lambda: nn.EmbeddingBag(4, 3).weight,
    lambda: nn.LSTM(3, 2).weight_ih_l0,
    lambda: nn.GRUCell(3, 2).weight_ih,
    lambda: nn.MultiheadAttention(4, 2).in_proj_weight,
    lambda: nn.Transformer(4, 2, 1, 1, 4).decoder.layers[0].linear1.weight,
    lambda: list(RandomSampler(range(30))),
    lambda: list(SubsetRandomSampler(range(30))),
    lambda: list(WeightedRandomSampler(torch.ones(30), 9)),
    lambda: torch.cat(list(DataLoader(torch.arange(30), shuffle=True, batch_size=9))),
    lambda: F.dropout(x),
    lambda: F.alpha_dropout(x, training=True),
    lambda: F.dropout1d(torch.ones(2, 9, 3)),
    lambda: F.dropout2d(torch.ones(2, 9, 3, 3)),
    lambda: F.dropout3d(torch.ones(2, 9, 3, 3, 3)),
    lambda: F.feature_alpha_dropout(torch.ones(2, 9, 3, 3), training=True),
    lambda: F.rrelu(-x, training=True),
    lambda: F.gumbel_softmax(x),
    lambda: torch.cat(list(DataLoader(Noise(lambda: torch.rand(2)), batch_size=3))),
    lambda: torch.cat(list(DataLoader(Stream(), batch_size=1, collate_fn=lambda batch: torch.rand(2)))),
    lambda: torch.svd_lowrank(torch.arange(30.0).reshape(6, 5).sin(), 2, niter=0)[1],
    lambda: torch.pca_lowrank(torch.arange(30.0).reshape(6, 5).sin(), 2, niter=0)[1],
)
recurrent = {kind.__name__: kind(4, 9, num_layers=2, dropout=0.5) for kind in (nn.RNN, nn.LSTM, nn.GRU)}
for layer in recurrent.values():
    for weight in layer.parameters():
        nn.init.constant_(weight, 0.1)
attention = nn.MultiheadAttention(4, 2, dropout=0.5)
for weight in attention.parameters():
    nn.init.constant_(weight, 0.1)
cases.add(
    lambda: recurrent["RNN"](x)[0],
    lambda: recurrent["LSTM"](x)[0],
    lambda: recurrent["GRU"](x)[0],
    lambda: attention(x, x, x, need_weights=True)[0],
)
half = torch.full((40,), 0.5)
own = {
    "bernoulli": lambda: torch.bernoulli(half),
    "multinomial": lambda: torch.multinomial(half, 9),
    "normal": lambda: torch.normal(0.0, half),
    "poisson": lambda: torch.poisson(99 * half),
    "rand": lambda: torch.rand(4),
    "rand_like": lambda: torch.rand_like(half),
    "randint": lambda: torch.randint(99, (4,)),
    "randint_like": lambda: torch.randint_like(half, 99),
    "randn": lambda: torch.randn(4),
    "randn_like": lambda: torch.randn_like(half),
    "randperm": lambda: torch.randperm(40),
}
for name, draw in own.items():
    cases.put(f"torch.{name}", draw)
methods = {
    "bernoulli_": (0.5,),
    "bernoulli": (),
    "cauchy_": (),
    "exponential_": (),
    "geometric_": (0.1,),
    "log_normal_": (),
    "multinomial": (9,),
    "normal_": (),
    "random_": (),
    "uniform_": (),
}
for name, given in methods.items():
    cases.put(f"torch.Tensor.{name}", lambda: getattr(half.clone(), name)(*given))
cases.print()
