import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = torch.nn.AdaptiveAvgPool2d(1)
        self.other = torch.nn.AdaptiveAvgPool2d((1, 1))
        self.last = torch.nn.AdaptiveAvgPool3d(output_size=[1, 1, 1])

    def forward(self, x):
        return self.pool(self.other(x))
