"""Programs that no tracker sees, beside those that are tracked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

M = "import mlflow\nfrom sklearn.svm import SVC\n"
WITH = M + "SVC(C=3).fit(X, y)\nmlflow.log_metric('a', 1)\nmlflow.log_param('C', 1)\n"


def told(folder: Path, files: dict[str, str], code: str) -> list[str]:
    """The files at which a rule finds something."""
    return [f.place.file for f in audit_project(write(folder, files), "p").findings if f.code == code]


TRAINS = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
PIPELINE = "stages:\n  train:\n    cmd: python src/train.py\n  evaluate:\n    cmd: python src/{}.py --final\n"


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"dvc.yaml": PIPELINE.format("evaluate")}, []),
        ({"dvc.yaml": PIPELINE.format("evaluate").replace("src/", "./"), "x/y.py": ""}, ["src/train.py"]),
        ({"dvc.yaml": PIPELINE.format("other"), "src/other.py": "print(1)\n"}, ["src/train.py"]),
        ({"dvc.yaml": "stages: [1, 2"}, ["src/train.py"]),
        ({}, ["src/train.py"]),
    ],
)
def test_a_stage_is_tracked_by_another_of_its_pipeline(files: dict[str, str], where: list[str], tmp_path: Path) -> None:
    """What one stage trains, the next one logs; a program that no pipeline joins to one that tracks is not tracked."""
    files = {"src/train.py": TRAINS, "src/evaluate.py": "import mlflow\nmlflow.log_metric('a', 1)\n"} | files
    assert told(tmp_path, files, "BIS106") == where


@pytest.mark.parametrize(
    ("broken", "is_told"),
    [
        ("22222\nfeatures = ['a'\ntarget", True),
        ("Here the data are read (see above)", True),
        ("pip list | grep scikit-learn\nls data", True),
        ("<<<<<<< HEAD\nimport os, numpy as np\ndata = read_csv('a.csv')\n=======\n>>>>>>> other", True),
        ("df = pd.read_csv('C:\\Users\\me\\a.csv')", True),
        ("<<<<<<< HEAD\nimport mlflow\n=======\n>>>>>>> other", False),
        ("<<<<<<< HEAD\nimport os, wandb as w\n=======\n>>>>>>> other", False),
        ("from tracking import everything\n22 22", False),
        ("from .helpers import everything\n22 22", False),
        ("tracker.log_params({'C': 1}\n22 22", False),
        ("from transformers import Trainer\n22 22", False),
        ("args = Arguments(report_to='all'", False),
    ],
)
def test_a_cell_that_is_not_python_hides_only_what_it_may_do(broken: str, is_told: bool, tmp_path: Path) -> None:
    """A notebook trains beside programs that are tracked, and one of its cells cannot be read."""
    files = {"a.py": WITH, "tracking.py": M + "def everything():\n    mlflow.autolog()\n"}
    files["b.ipynb"] = notebook("from sklearn.svm import SVC", broken, "SVC(C=2).fit(X, y)")
    assert told(tmp_path, files, "BIS106") == ["b.ipynb"] * is_told


MODEL = "from sklearn.svm import SVC\nclass Net:\n    pass\ndef train(X):\n    SVC().fit(X, y)\n"


@pytest.mark.parametrize(
    ("program", "where"),
    [
        ("from model import Net\nif __name__ == '__main__':\n    Net()\n", []),
        ("from model import train\nif __name__ == '__main__':\n    print(train)\n", []),
        ("from model import train\nif __name__ == '__main__':\n    train(X)\n", ["model.py"]),
        ("import steps\nif __name__ == '__main__':\n    steps.all()\n", ["model.py"]),
    ],
)
def test_a_program_trains_what_it_calls(program: str, where: list[str], tmp_path: Path) -> None:
    """Not what a file could train of which it uses something else."""
    files = {
        "a.py": WITH,
        "b.py": program,
        "model.py": MODEL,
        "steps.py": "import model\ndef all():\n    model.train(X)\n",
    }
    if "steps" not in program:
        del files["steps.py"]
    assert told(tmp_path, files, "BIS106") == where


ROWS = "import pandas as pd\nd = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\n"
TRAINER = "from transformers import Trainer, TrainingArguments\nTrainer(m, TrainingArguments('o'{})).train()\n"
LOOP = "import torch\nfor x in xs:\n    y = f(x)\n    y.backward()\n"
INSTANTIATE = "import hydra\nfrom sklearn.svm import SVC\nhydra.utils.instantiate(c)\nSVC().fit(X, y)\n"
CONFIG = "logger:\n  _target_: lightning.pytorch.loggers.MLFlowLogger\n"


@pytest.mark.parametrize(
    ("file", "where"),
    [
        ("src/a.py", "notebooks/b.py"),
        ("a.py", "old/other/b.py"),
        ("old/other/a.py", "b.py"),
        ("week1/src/a.py", "week1/scripts/b.py"),
    ],
)
def test_programs_beside_each_other(file: str, where: str, tmp_path: Path) -> None:
    """Folders that any project has do not divide it."""
    assert told(tmp_path, {file: WITH, where: TRAINS}, "BIS106") == [where]


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"week1/a.py": WITH, "week2/b.py": TRAINS}, []),
        ({"week1/a.py": WITH + "import lib\n", "week2/b.py": TRAINS + "import lib\n", "lib.py": ""}, ["week2/b.py"]),
        (
            {
                "week1/a.py": WITH + "import pandas as pd\npd.read_csv('../churn.csv')\n",
                "week2/b.py": TRAINS + "import pandas as pd\npd.read_csv('/in/churn.csv')\n",
            },
            ["week2/b.py"],
        ),
        (
            {
                "week1/a.py": WITH + "import pandas as pd\npd.read_csv('data.csv')\n",
                "week2/b.py": TRAINS + "import pandas as pd\npd.read_csv('data.csv')\n",
            },
            [],
        ),
    ],
)
def test_programs_of_another_part_of_the_repository(files: dict[str, str], where: list[str], tmp_path: Path) -> None:
    """They are beside where they share a file of the project, or read the same data."""
    assert told(tmp_path, files, "BIS106") == where


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (TRAINS, True),
        (ROWS + TRAINS, False),
        (ROWS + "pd.read_csv('x.csv')\n" + TRAINS, True),
        ("docs = ['one two three', 'four five six', 'seven eight nine']\n" + TRAINS, False),
        ("import pandas as pd\npd.read_csv('PATH/TO/DATA/FILE')\n" + TRAINS, False),
        (TRAINER.format(""), False),
        (TRAINER.format(", report_to='none'"), True),
        (TRAINER.format("") + TRAINS, True),
        (LOOP, False),
        (LOOP + "    o.step()\n", True),
        (INSTANTIATE, False),
        ("from zenml import step\n@step(experiment_tracker='t')\ndef go(): pass\n" + TRAINS, False),
        ("import requests\nurl = 'http://mlflow:5000'\nrequests.post(url)\n" + TRAINS, False),
        ("import subprocess\nsubprocess.run(['python', 'a.py'])\n" + TRAINS, False),
    ],
)
def test_what_may_be_tracked_or_is_no_experiment(code: str, found: bool, tmp_path: Path) -> None:
    """By what is installed, by a configuration, by a server; a few rows, a template, a gradient."""
    files = {"a.py": WITH, "b.py": code, "conf/config.yaml": CONFIG}
    assert bool(told(tmp_path, files, "BIS106")) is found


@pytest.mark.parametrize(
    ("name", "found"), [("lib_docs/examples/b.py", False), ("docs/b.py", False), ("smoke_b.py", False), ("b.py", True)]
)
def test_examples_of_a_documentation_are_no_experiments(name: str, found: bool, tmp_path: Path) -> None:
    """Nor is a smoke test."""
    assert bool(told(tmp_path, {"a.py": WITH, name: TRAINS}, "BIS106")) is found


def test_a_stage_whose_parameters_and_metrics_dvc_records(tmp_path: Path) -> None:
    """No other tracker need see it."""
    stage = "stages:\n  train:\n    cmd: python b.py\n    params: [lr]\n    {}: [m.json]\n"
    files = {"a.py": WITH, "b.py": TRAINS}
    assert told(tmp_path / "a", files | {"dvc.yaml": stage.format("metrics")}, "BIS106") == []
    assert told(tmp_path / "b", files | {"dvc.yaml": stage.format("outs")}, "BIS106") == ["b.py"]


def test_many_programs_of_one_folder_are_one_finding(tmp_path: Path) -> None:
    """With the places of all of them."""
    files = {"a.py": WITH} | {f"old/{name}.py": TRAINS for name in "bcdef"}
    found = [f for f in audit_project(write(tmp_path, files), "p").findings if f.code == "BIS106"]
    assert [f.message for f in found] == [
        "5 programs of old train, and no tracker sees them: b.py, c.py, d.py and 2 more"
    ]
    assert [place.file for place in found[0].related] == ["old/c.py", "old/d.py", "old/e.py", "old/f.py"]


AGENT = "import gymnasium as gym\nfrom stable_baselines3 import PPO\nPPO('MlpPolicy', {}).learn(9)\n"


@pytest.mark.parametrize(
    ("environment", "other", "found"),
    [
        ("gym.make('LunarLander-v3')", "gym.make('LunarLander-v3', render_mode='human')", True),
        ("gym.make('LunarLander-v3')", "gym.make('CartPole-v1')", False),
        ("make_vec_env('Ant-v5', n_envs=4)", "gym.make('Ant-v5')", True),
        ("gym.make(name)", "gym.make(name)", False),
    ],
)
def test_agents_of_one_environment_are_of_one_project(
    environment: str, other: str, found: bool, tmp_path: Path
) -> None:
    """As are programs that read the same data."""
    tracked = "import mlflow\nfrom stable_baselines3.common.env_util import make_vec_env\n" + AGENT.format(environment)
    files = {"colab/one/a.py": AGENT.format(other), "local/two/b.py": tracked + "mlflow.log_metric('r', 1)\n"}
    assert bool(told(tmp_path, files, "BIS106")) is found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from gensim.models import Word2Vec\nm = Word2Vec(texts)\n", True),
        ("from gensim.models import LdaModel\nm = LdaModel(corpus=c)\n", True),
        ("from gensim.models import Word2Vec\nm = Word2Vec.load('a.model')\n", False),
    ],
)
def test_a_model_that_is_trained_when_it_is_made(code: str, found: bool, tmp_path: Path) -> None:
    """It is trained without a call that says so."""
    tracked = "import mlflow\nfrom gensim.models import Word2Vec\nWord2Vec(texts)\nmlflow.log_param('a', 1)\n"
    files = {"a.py": tracked, "b.py": code}
    findings = audit_project(write(tmp_path, files), "p", Options(select=("BIS106",))).findings
    assert bool(findings) is found


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("Accelerator(log_with=args.report_to)", False),
        ("Accelerator(log_with=config['tracker'])", False),
        ("Accelerator()", True),
        ("Accelerator(log_with=None)", True),
    ],
)
def test_trackers_that_are_told_elsewhere(made: str, found: bool, tmp_path: Path) -> None:
    """By an option, of which it is not known what it says."""
    tracked = "import mlflow\nmlflow.log_param('a', 1)\nnet.fit(x, y)\n"
    train = f"from accelerate import Accelerator\na = {made}\na.backward(loss)\noptimizer.step()\n"
    files = {"a.py": tracked, "b.py": train}
    findings = audit_project(write(tmp_path, files), "p", Options(select=("BIS106",))).findings
    assert bool(findings) is found
