import torch

import utils
from models import Net


def main(data):
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in data:
        utils.loss_of(model, batch).backward()
        optimizer.step()
