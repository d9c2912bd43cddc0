import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = torch.nn.AdaptiveAvgPool2d((7, 7))
        self.half = torch.nn.AdaptiveAvgPool2d((1, 7))

    def forward(self, x):
        return self.pool(self.half(x))
