"""What draws from PyTorch's generator in a program that seeds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "import torch\nclass Net(torch.nn.Module):\n    def __init__(self):\n        self.l = torch.nn.Linear(1, 1)\n"
LOOP = "def fit(net, data):\n    for x in data:\n        net(x).sum().backward()\n"
MAIN = "from engine import fit\nfrom model import Net\nfit(Net(), d)\n"
TUNED = "from transformers import AutoModel, Trainer\nm = AutoModel.from_pretrained('bert')\n"
LOADER = "from torch.utils.data import DataLoader\nl = DataLoader(d, batch_size=4, {})\nTrainer(m).train()\n"


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """Files and lines of the rule's findings."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS304",))).findings
    return [f"{finding.place.file}:{finding.place.line}" for finding in findings]


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"model.py": MODEL, "engine.py": LOOP, "main.py": MAIN}, ["model.py:4"]),
        ({"model.py": MODEL, "engine.py": LOOP, "main.py": "import torch\ntorch.manual_seed(1)\n" + MAIN}, []),
        ({"model.py": MODEL, "engine.py": LOOP}, []),
        ({"a.py": TUNED + LOADER.format("shuffle=True")}, ["a.py:4"]),
        ({"a.py": TUNED + LOADER.format("shuffle=False")}, []),
        ({"a.py": TUNED + LOADER.format("shuffle=True, generator=g")}, []),
        ({"a.py": TUNED + "import torch\ntorch.manual_seed(1)\n" + LOADER.format("shuffle=True")}, []),
        ({"a.py": TUNED + LOADER.format("shuffle=True").replace("Trainer(m).train()", "m(l)")}, []),
    ],
)
def test_draws_of_a_program_that_trains(files: dict[str, str], where: list[str], tmp_path: Path) -> None:
    """Model and loop may be in files that a third one brings together; a loader that shuffles draws, too."""
    assert told(tmp_path, files) == where
