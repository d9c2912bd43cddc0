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


FED = LOADER.replace("Trainer(m).train()", "for b in l:\n    m(**b).loss.backward()")


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """Files and lines of the rule's findings."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS304",))).findings
    return [f"{finding.place.file}:{finding.place.line}" for finding in findings]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("shuffle=True", True),
        ("shuffle=True, sampler=None", True),
        ("shuffle=SHUFFLE", True),
        ("**OPTIONS", True),
        ("shuffle=True, generator=None", True),
        ("shuffle=ORDERED", False),
        ("**OTHERS", False),
        ("shuffle=True, sampler=s", False),
        ("shuffle=True, generator=torch.Generator().manual_seed(1)", False),
        ("shuffle=unknown", False),
    ],
)
def test_what_a_loader_is_given(given: str, found: bool, tmp_path: Path) -> None:
    """Also by a variable and a dictionary; a sampler of None is none."""
    settings = "SHUFFLE, ORDERED = True, False\nOPTIONS = {'shuffle': True}\nOTHERS = {'shuffle': False}\n"
    assert bool(told(tmp_path, {"a.py": TUNED + settings + FED.format(given)})) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("net = Net()\nnet.load_state_dict(torch.load('a.pt'))\nprint(net(x))\n", False),
        ("import mlflow\nnet = mlflow.pytorch.load_checkpoint(Net, run_id)\nprint(net(x))\n", False),
        ("l = DataLoader(d, shuffle=True)\nagent.load('a.pt')\nfor x in l:\n    accuracy(agent(x))\n", False),
        ("net = Net()\nnet.load_state_dict(torch.load('a.pt'))\ntorch.save(net, 'b.pt')\n", True),
        ("net = Net()\nnet.load_state_dict(torch.load('a.pt'))\nfor x in d:\n    net(x).sum().backward()\n", True),
        ("net = Net()\nprint(net(x))\n", True),
    ],
)
def test_a_program_that_only_uses_what_was_trained(text: str, found: bool, tmp_path: Path) -> None:
    """What it makes is filled with the weights that another one has saved, unless it trains or saves them, too."""
    head = (
        "import torch\nfrom torch.utils.data import DataLoader\nfrom model import Net\nlast = torch.nn.Linear(1, 1)\n"
    )
    train = "import torch\nfrom model import Net\nfor x in data:\n    Net()(x).sum().backward()\n"
    files = {"model.py": MODEL, "train.py": train, "test.py": head + text}
    assert any(place.startswith("test.py") for place in told(tmp_path, files)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from torch_geometric.loader import NeighborLoader as N\nl = N(d, [1], shuffle=True)\n", True),
        ("from torch_geometric.loader import NeighborLoader as N\nl = N(d, [1], True)\n", False),
        ("from torch.utils.data.sampler import SubsetRandomSampler as S\nl = DataLoader(d, sampler=S(i))\n", True),
        ("from torch.utils.data import SequentialSampler as S\nl = DataLoader(d, sampler=S(i))\n", False),
    ],
)
def test_other_loaders_and_samplers(text: str, found: bool, tmp_path: Path) -> None:
    """Those of PyTorch Geometric, and samplers under their longer name."""
    text = TUNED + "import torch\nfrom torch.utils.data import DataLoader\n" + text
    assert bool(told(tmp_path, {"a.py": text + "for b in l:\n    m(**b).loss.backward()\n"})) is found


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
