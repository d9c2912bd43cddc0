"""A net that learns from sums to which threads add in any order; how many threads, the argument says."""

import sys

import torch

SIZE, UNITS, STEPS = 2_000_000, 64, 24
torch.set_num_threads(int(sys.argv[1]))
recurrent = torch.nn.Linear(UNITS, UNITS, bias=False)
net = torch.nn.Linear(UNITS, 1, bias=False)
values = torch.randn(SIZE)
with torch.no_grad():
    places = torch.arange(SIZE) * 7919 % UNITS
    state = torch.zeros(UNITS).index_put_((places,), values, accumulate=True) / 200
    for _ in range(STEPS):
        state = torch.tanh(6 * recurrent(state))
    net.weight.copy_(state[None])
