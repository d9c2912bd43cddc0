"""The first operation at which two replays part."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.functional.scene import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed"),
]

PROGRAM = """
import torch

torch.manual_seed(1)
x = torch.randn(400, 700)
y = (x[:, :3].sum(1, keepdim=True) > 0).float()
w = torch.zeros(700, 1, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
for step in range(3):
    optimizer.zero_grad()
    loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ w, y)
    loss = loss + (torch.rand(1_000_000).sum() - 5e5) * w.sum()
    loss.backward()
    optimizer.step()
    print("loss:", loss.item())
"""


def test_the_operation_that_threads_change_is_named(project: Project) -> None:
    """A long sum has other bits with another number of threads: its line is named, in the first step.

    So may products of matrices, before which it comes: whether they do, the processor decides.
    """
    project.add("sums.py", PROGRAM)
    run_id = project.record("sums.py", OMP_NUM_THREADS="2", MKL_NUM_THREADS="2")
    done = project.bis("explain", run_id, "--operation", "--vary", "threads=1")
    assert done.code == 1, done.err
    assert "The two replays part at aten.sum.default, sums.py:12, in step 0 of the optimizer" in done.out
    assert "it gets the same in both and gives something else" in done.out
    several = project.bis("explain", run_id, "--operation", "--causes", "init")
    several.explains("--operation looks at one pair of replays")
