"""Which hyperparameters are said to be logged nowhere: programs of several files, values that stand elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.rules.test_unlogged_hyperparameter import METRIC, SVM, TORCH, M, told
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

PARTS = (
    "from sklearn.svm import SVC\nfrom conf import DEGREE\n"
    "def make():\n    return SVC(C=3, degree=DEGREE)\ndef unused():\n    return SVC(C=99)\n"
)
MAIN = M + "import conf\nfrom parts import make\nm = make()\nm.fit(X, y)\n"


@pytest.mark.parametrize(
    ("main", "names"),
    [
        (MAIN + METRIC, "C, degree"),
        (MAIN + METRIC + "mlflow.log_param('C', 3)\n", "degree"),
        (MAIN + METRIC + "mlflow.log_params({'C': 3, 'deg': conf.DEGREE})\n", ""),
        (MAIN + METRIC + "mlflow.log_params(m.get_params())\n", ""),
        (MAIN + METRIC + "mlflow.autolog()\n", ""),
        (MAIN, ""),
        (MAIN + "mlflow.sklearn.log_model(m, 'm')\n", "C, degree"),
        (M + "import parts\n" + METRIC, ""),
    ],
)
def test_a_file_that_logs_nothing_and_is_used(main: str, names: str, tmp_path: Path) -> None:
    """What a program runs that logs is a part of its run, wherever it stands; what it does not run is not."""
    found = told(tmp_path, {"main.py": main, "parts.py": PARTS, "conf.py": "DEGREE = 5\n"})
    assert found == ([f"parts.py: SVC is given {names}, which no call logs"] if names else [])


def test_what_a_program_logs_counts_for_a_file_that_logs_metrics_only(tmp_path: Path) -> None:
    """One file trains, another says with what."""
    loop = TORCH + "def train():\n    torch.optim.SGD(net.parameters(), lr=0.3, momentum=0.7)\n    " + METRIC
    main = M + "from loop import train\nmlflow.log_params({})\ntrain()\n"
    some, each = main.format("{'lr': 0.3}"), main.format("{'lr': 0.3, 'momentum': 0.7}")
    assert told(tmp_path / "a", {"loop.py": M + loop, "main.py": some}) == [
        "loop.py: SGD is given momentum, which no call logs"
    ]
    assert told(tmp_path / "b", {"loop.py": M + loop, "main.py": each}) == []


@pytest.mark.parametrize(
    ("config", "use", "missing"),
    [
        ("C = 3\n", "import conf\nSVC(C=conf.C)\n", True),
        ("C = 3\n", "from conf import C\nSVC(C=C)\n", True),
        ("P = {'C': 3}\n", "from conf import P\nSVC(**P)\n", True),
        ("P = {'C': 3}\n", "from conf import P\nSVC(**P)\nmlflow.log_params(P)\n", False),
        ("C = 3\nP = {'C': C}\n", "from conf import C, P\nSVC(C=C)\nmlflow.log_params(P)\n", False),
        ("C = 3\n", "import conf\nSVC(C=conf.C)\nmlflow.log_params(vars(conf))\n", False),
        ("C = read()\n", "from conf import C\nSVC(C=C)\n", False),
    ],
)
def test_a_constant_of_another_file(config: str, use: str, missing: bool, tmp_path: Path) -> None:
    """It is written in the code all the same."""
    assert bool(told(tmp_path, {"a.py": M + SVM + use + METRIC, "conf.py": config})) is missing


def test_what_writes_to_mlflow_without_its_name(tmp_path: Path) -> None:
    """A callback of Optuna logs what a trial suggests, and MLflow itself is imported nowhere."""
    callback = "from optuna.integration.mlflow import MLflowCallback\ndef callback():\n    return MLflowCallback()\n"
    search = "import optuna\nfrom sklearn.svm import SVC\nfrom back import callback\n"
    search += (
        "def goal(trial):\n    return SVC(C=trial.suggest_float('C', 1, 9), kernel='poly').fit(X, y).score(X, y)\n"
    )
    search += "optuna.create_study().optimize(goal, callbacks=[callback()])\n"
    assert told(tmp_path, {"a.py": search, "back.py": callback}) == ["a.py: SVC is given kernel, which no call logs"]


def test_what_may_be_logged_unseen_is_not_said_to_be_missing(tmp_path: Path) -> None:
    """The file takes MLflow from another notebook that it runs, and logs what it is given by name."""
    code = "from mlflow.sklearn import log_model\nfrom sklearn.svm import SVC\nm = SVC(C=3)\nm.fit(X, y)\n"
    code += "mlflow.log_params(settings)\nlog_model(m, 'm')\n"
    assert told(tmp_path, {"a.py": code}) == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("p = {\n    'C': 3,\n    'degree': 4,\n}\nSVC(**p)\nmlflow.log_param('degree', 4)\n", [4]),
        ("p = {'C': 3, 'degree': 4}\nSVC(**p)\n", [3]),
        ("c = 3\nSVC(C=c)\n", [3]),
        ("SVC(\n    C=3,\n)\n", []),
        ("from conf import P\nSVC(**P)\n", []),
        ("import xgboost\np = {'eta': 0.4}\nxgboost.train(p, d, 300)\n", [4]),
    ],
)
def test_where_a_value_is_written_is_a_further_place(code: str, lines: list[int], tmp_path: Path) -> None:
    """A dictionary may stand far from the call that it is given to."""
    files = {"a.py": M + SVM + code + METRIC, "conf.py": "P = {'C': 3}\n"}
    (found,) = audit_project(write(tmp_path, files), "p", Options(select=("BIS102",))).findings
    assert [(place.file, place.line) for place in found.related] == [("a.py", line) for line in lines]


def test_the_top_of_a_file_runs_when_it_is_imported(tmp_path: Path) -> None:
    """What it makes there is given to the training; where it can be started itself, that is not known."""
    data = "from torch.utils.data import DataLoader\nloader = DataLoader(a, batch_size=64, shuffle=True)\n"
    guarded = "if __name__ == '__main__':\n    loader = DataLoader(b, batch_size=8, shuffle=True)\n"
    main = M + "import torch\nfrom data import loader\nnet = torch.nn.Linear(1, 1)\n"
    main += "for x in loader:\n    net(x).sum().backward()\n" + METRIC
    assert told(tmp_path / "a", {"main.py": main, "data.py": data}) == [
        "data.py: DataLoader is given batch_size, which no call logs"
    ]
    assert told(tmp_path / "b", {"main.py": main, "data.py": data + guarded}) == []


MODULE = (
    "import pytorch_lightning as pl\nimport torch\nfrom torch.optim.lr_scheduler import StepLR\nimport conf\n"
    "class Net(pl.LightningModule):\n    def __init__(self, width):\n        self.save_hyperparameters()\n"
    "        self.layer = torch.nn.Linear(width, 1)\n"
    "        self.optimizer = torch.optim.SGD(self.parameters(), lr=0.3, momentum=0.7)\n"
    "        self.scheduler = StepLR(self.optimizer, 9, 0.3)\n"
    "    def train_dataloader(self):\n"
    "        return torch.utils.data.DataLoader(d, batch_size=conf.SIZE, shuffle=True)\n"
    "if __name__ == '__main__':\n    Net(3)\n"
)
TRAINS = (
    "import mlflow\nimport pytorch_lightning as pl\nimport conf\nfrom net import Net\nnet = Net(3)\n"
    "with mlflow.start_run() as run:\n{}"
    "    pl.Trainer(logger=pl.loggers.MLFlowLogger('e', run_id=run.info.run_id)).fit(net)\n"
)
GROUPS = "    for k, v in net.optimizer.param_groups[0].items():\n        mlflow.log_param(k, str(v))\n"
STATE = "    for k, v in net.scheduler.state_dict().items():\n        mlflow.log_param(k, str(v))\n"
SIZE = "    mlflow.log_params({'batch': conf.SIZE})\n"


@pytest.mark.parametrize(
    ("logged", "names"),
    [
        (GROUPS + STATE + SIZE, []),
        ("    mlflow.log_params(net.optimizer.defaults)\n" + STATE + SIZE, []),
        (STATE + SIZE, ["lr, momentum"]),
        (GROUPS + SIZE, ["step_size, gamma"]),
        (GROUPS + STATE, ["batch_size"]),
    ],
)
def test_a_module_of_lightning_says_its_own_and_its_program_the_rest(
    logged: str, names: list[str], tmp_path: Path
) -> None:
    """What ``save_hyperparameters`` takes is not all that is logged: an optimiser and a schedule are read back."""
    found = told(tmp_path, {"net.py": MODULE, "main.py": TRAINS.format(logged), "conf.py": "SIZE = 16\n"})
    assert [one.partition(" is given ")[2] for one in found] == [f"{name}, which no call logs" for name in names]
