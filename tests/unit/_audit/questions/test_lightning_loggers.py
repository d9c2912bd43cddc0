"""What reaches MLflow through Lightning's logger, and the loggers of other libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.project_audit import Fact

LOGGER = (
    "import lightning as L\nfrom lightning.pytorch.loggers import MLFlowLogger\n"
    "trainer = L.Trainer(logger=MLFlowLogger('e'))\n"
)
MODULE = "import lightning as L\nclass Net(L.LightningModule):\n    def __init__(self, lr):\n        {}\n"


def facts(folder: Path, files: dict[str, str]) -> dict[str, Fact]:
    """The facts of a project on disk."""
    return audit_project(write(folder, files), "p").facts


@pytest.mark.parametrize(
    ("files", "value"),
    [
        ({"a.py": LOGGER}, "no"),
        ({"a.py": LOGGER + "import net\ntrainer.fit(net.Net(0.1))\n", "net.py": MODULE.format("self.lr = lr")}, "no"),
        ({"a.py": LOGGER, "net.py": MODULE.format("self.save_hyperparameters(logger=False)")}, "no"),
        ({"a.py": LOGGER, "net.py": MODULE.format("self.save_hyperparameters()")}, "yes"),
        ({"a.py": LOGGER, "net.py": MODULE.format("self.save_hyperparameters(ignore=['net'])")}, "yes"),
        ({"a.py": LOGGER + "trainer.logger.log_hyperparams({})\nMLFlowLogger('e').log_hyperparams({})\n"}, "yes"),
        (
            {"a.py": "import lightning as L\nL.Trainer()\n", "net.py": MODULE.format("self.save_hyperparameters()")},
            "no",
        ),
        (
            {"a.py": LOGGER + "from pytorch_forecasting import NBeats\nm = NBeats(x=1)\ntrainer.fit(m)\n"},
            "unknown",
        ),
        (
            {
                "a.py": LOGGER
                + "import flash\nm = flash.image.ImageClassifier.from_data(d)\nflash.Trainer().finetune(m)\n"
            },
            "unknown",
        ),
    ],
)
def test_hyperparameters_reach_the_logger_where_a_module_saves_them(
    files: dict[str, str], value: str, tmp_path: Path
) -> None:
    """The logger alone logs none; what a module of another library does is not known."""
    found = facts(tmp_path, files)
    assert found["logs_params"].value == value
    if "MLFlowLogger" in files["a.py"]:
        assert found["logs_metrics"].value == "yes"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("from skorch.callbacks import MlflowLogger\nMlflowLogger()\n", "no"),
        ("from ignite.handlers.mlflow_logger import MLflowLogger\nm = MLflowLogger()\n", "no"),
        ("from ignite.handlers.mlflow_logger import MLflowLogger\nm = MLflowLogger()\nm.log_params({})\n", "yes"),
        ("from transformers import TrainingArguments\nTrainingArguments('o', report_to='mlflow')\n", "yes"),
    ],
)
def test_loggers_that_log_no_parameters_by_themselves(code: str, value: str, tmp_path: Path) -> None:
    """Those of skorch and Ignite log metrics; that of Transformers logs the arguments of the training, too."""
    found = facts(tmp_path, {"a.py": code})
    assert (found["logs_params"].value, found["logs_metrics"].value) == (value, "yes")


NET = MODULE.format("self.save_hyperparameters()")
PLAIN = (
    "import torch\nfrom net import Net\no = torch.optim.SGD(Net(0.1).parameters(), lr=0.3)\nloss.backward()\no.step()\n"
)
HUGGING = (
    "from transformers import Trainer, TrainingArguments\nfrom net import Net\n"
    "a = TrainingArguments('o', learning_rate=3e-5, {})\nt = Trainer(Net(0.1), a)\nt.train()\n"
)
TRAINED = (
    "from net import Net\ntrainer = L.Trainer({})\ntrainer.fit(Net(0.1), DataLoader(d, batch_size=8, shuffle=True))\n"
)


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        (NET + TRAINED.format("max_epochs=5").partition("\n")[2], ["BIS106"]),
        ("import lightning as L\n" + TRAINED.format("max_epochs=5"), ["BIS106"]),
        ("import lightning as L\n" + TRAINED.format("max_epochs=5, logger=True"), ["BIS106"]),
        (
            "import lightning as L\nfrom lightning.pytorch.loggers import CSVLogger\nlogger = CSVLogger('logs')\n"
            + TRAINED.format("max_epochs=5, logger=logger"),
            ["BIS106"],
        ),
        ("import lightning as L\n" + TRAINED.format("max_epochs=5, logger=logger_of(name)"), ["BIS102", "BIS102"]),
        ("import lightning as L\n" + TRAINED.format("max_epochs=5, **settings"), ["BIS102", "BIS102"]),
        (PLAIN, ["BIS106"]),
        (HUGGING.format("report_to='none'"), ["BIS106"]),
        (HUGGING.format("num_train_epochs=3"), []),  # it reports to whatever is installed
    ],
)
def test_a_trainer_without_a_logger_of_mlflow_is_not_tracked(code: str, codes: list[str], tmp_path: Path) -> None:
    """What its module saves does not go to MLflow, though another program that has the module logs there."""
    tracked = "import mlflow\n" + LOGGER + "from net import Net\ntrainer.fit(Net(0.1))\n"
    data = "from torch.utils.data import DataLoader\n"
    files = {"net.py": NET, "train.py": tracked, "demo.py": data + code}
    found = audit_project(write(tmp_path, files), "p", Options(select=("BIS102", "BIS106"))).findings
    assert [one.code for one in found if one.place.file == "demo.py"] == codes
