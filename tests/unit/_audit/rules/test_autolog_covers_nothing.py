"""Autologging that logs nothing: what is trained is not covered by it, as far as that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

A = "import mlflow\nmlflow.sklearn.autolog()\n"
PARTS = (
    "import mlflow\nfrom sklearn.pipeline import Pipeline\nfrom sklearn.model_selection import GridSearchCV\n"
    "from xgboost import XGBClassifier\nmlflow.xgboost.autolog()\n"
)
LIGHTNING = "import mlflow\nimport lightning as L\nt = L.Trainer()\n"
HYDRA = (
    "import hydra\n@hydra.main()\ndef main(c):\n    mlflow.pytorch.autolog()\n{}\n"
    "if __name__ == '__main__':\n    main()\n"
)
CHOSEN = (
    "from sklearn.svm import SVC\nimport xgboost\ndef fit(kind):\n    if kind == 'x':\n"
    "        m = xgboost.XGBClassifier()\n    else:\n        m = SVC()\n    m.fit(X, y)\nfit(kind)\n"
)
TORCH = "import mlflow\nimport torch\n"
LOOP = "net = torch.nn.Linear(1, 1)\nnet.train()\nfor x in data:\n    loss = net(x)\n    loss.backward()\n"
IN_FUNCTION = "def fit(data):\n    " + LOOP.replace("\n", "\n    ").rstrip() + "\n"


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """Files and messages of the rule in a project."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS202",))).findings
    return [f"{finding.place.file}:{finding.place.line} {finding.message}" for finding in findings]


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": A + "from company_models import build\nmodel = build()\nmodel.fit(X, y)\n"},
        {"a.py": A + "from company_models import model\nmodel.fit(X, y)\n"},
        {"a.py": A + "from imblearn.pipeline import Pipeline\nPipeline([]).fit(X, y)\n"},
        {"a.py": A + "def go(model):\n    model.fit(X, y)\ngo(m)\n"},
        {"n.ipynb": notebook(A, "model.fit(X y)\n")},
        {"n.ipynb": notebook(A, "%run ./train.ipynb\n")},
        {"a.py": TORCH + "import util\nutil.start()\n" + LOOP + "util.sk()\n",
         "util.py": "import mlflow\nfrom sklearn.svm import SVC\ndef start():\n    mlflow.autolog()\n"
         "def sk():\n    SVC().fit(X, y)\n"},
        {"a.py": "import mlflow\ndef start():\n    mlflow.autolog()\n"},
        {"a.py": PARTS + "Pipeline([('c', XGBClassifier())]).fit(X, y)\n"},
        {"a.py": PARTS + "clf = XGBClassifier()\nmodel = Pipeline(steps=[('c', clf)])\nmodel.fit(X, y)\n"},
        {"a.py": PARTS + "GridSearchCV(XGBClassifier(), {}).fit(X, y)\n"},
        {"a.py": "import mlflow\nfrom lightning.pytorch.cli import LightningCLI\n"
         "mlflow.pytorch.autolog()\nLightningCLI()\n"},
        {"a.py": A + "getattr(model, 'fit')(X, y)\n"},
        {"a.py": A + "exec(open('train.py').read())\n"},
        {"a.py": A + "import runpy\nrunpy.run_path('train.py')\n"},
        {"a.py": A + "import importlib\nimportlib.import_module('train').start()\n"},
        {"a.py": A + "from company.cli import main\nmain()\n"},
        {"a.py": A + "from company import pipeline\npipeline.execute()\n"},
        {"a.py": "import mlflow\nfrom pycaret.classification import *\nmlflow.autolog()\nsetup(d)\ncompare_models()\n"},
        {"a.py": "import mlflow\nimport autogluon.tabular as ag\nmlflow.autolog()\nag.TabularPredictor('y').fit(d)\n"},
        {"a.py": LIGHTNING + HYDRA.format("    t.fit(m, d)")},
        {"a.py": "import mlflow\nmlflow.xgboost.autolog()\n" + CHOSEN},
        {"a.py": LIGHTNING + HYDRA.format("    hydra.utils.instantiate(c.t).fit(m)")},
        {"a.py": "import mlflow, keras_tuner\nmlflow.keras.autolog()\nkeras_tuner.Hyperband(b).search(X, y)\n"},
        {"a.py": "import mlflow\nfrom darts.models import TCNModel\nmlflow.pytorch.autolog()\nTCNModel(1, 1).fit(s)\n"},
    ],
)  # fmt: skip
def test_what_may_be_covered_is_not_told(files: dict[str, str], tmp_path: Path) -> None:
    """The model is made elsewhere, the training cannot be read, or it is in another file of the program."""
    assert told(tmp_path, files) == []


@pytest.mark.parametrize(
    "files",
    [
        {
            "a.py": TORCH + "from loop import Trainer\nmlflow.pytorch.autolog()\nTrainer().fit()\n",
            "loop.py": "import torch\nclass Trainer:\n    def fit(self):\n        self.net().backward()\n",
        },
        {"a.py": TORCH + "mlflow.pytorch.autolog()\n" + LOOP},
        {"a.py": TORCH + "def main():\n    mlflow.pytorch.autolog()\n    fit(d)\n" + IN_FUNCTION},
        {"a.py": TORCH + "def main():\n    mlflow.pytorch.autolog()\n    fit(d)\n" + IN_FUNCTION + "main()\n"},
        {"a.py": TORCH + "from engine import fit\nmlflow.pytorch.autolog()\nfit(d)\n",
         "engine.py": "import torch\n" + IN_FUNCTION},
        {"a.py": TORCH + "from engine import fit\ndef main():\n    mlflow.autolog()\n    fit(d)\n",
         "engine.py": "import torch\n" + IN_FUNCTION},
        {"n.ipynb": notebook(A, "x = (1\n", "from catboost import CatBoost\nCatBoost().fit(X)\n")},
        {"a.py": A + "import xgboost\nxgboost.train({}, d)\n"},
        {"a.py": LIGHTNING + "mlflow.pytorch.autolog()\nt.test(m, d)\n"},
        {"a.py": LIGHTNING + HYDRA.format("    t.test(m, d)"), "train.py": LIGHTNING + "t.fit(m, d)\n"},
        {"a.py": A + "from transformers import Trainer\nTrainer(m).evaluate(d)\n"},
    ],
)  # fmt: skip
def test_what_is_not_covered_is_told(files: dict[str, str], tmp_path: Path) -> None:
    """At the top, in a function that nobody calls here, and in another file."""
    assert len(told(tmp_path, files)) == 1


def test_a_file_that_others_import_is_judged_by_what_they_train(tmp_path: Path) -> None:
    """A library that switches autologging on covers the programs that use it, if any of them."""
    start = "import mlflow\nmlflow.pytorch.autolog()\n"
    loop = {"start.py": start, "a.py": "import start\nimport torch\n" + LOOP}
    assert [one.partition(" ")[0] for one in told(tmp_path / "a", loop)] == ["start.py:2"]
    fit = "import start\nimport lightning as L\nL.Trainer().fit(m)\n"
    assert told(tmp_path / "b", loop | {"b.py": fit}) == []


@pytest.mark.parametrize(
    "start",
    [
        "import subprocess\nsubprocess.run(['python', 'train.py'])\n",
        "import subprocess\nsubprocess.Popen('python train.py', shell=True).wait()\n",
        "import os\nos.system('python train.py')\n",
        "import subprocess, sys\ndef go():\n    subprocess.check_call([sys.executable, 'train.py'])\ngo()\n",
    ],
)
def test_another_process_is_not_covered(tmp_path: Path, start: str) -> None:
    """Autologging changes the libraries of its own process alone."""
    files = {"a.py": A + start, "train.py": "from sklearn.svm import SVC\nSVC().fit(X, y)\n"}
    assert told(tmp_path / "other", files) == ["a.py:2 mlflow.sklearn.autolog() logs nothing: nothing is trained here"]
    files["a.py"] += "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
    assert told(tmp_path / "own", files) == []
