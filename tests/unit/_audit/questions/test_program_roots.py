"""Programs of a project, each looked at for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from bis._audit.questions.program_roots import program_roots
from tests.unit._audit.small_projects import analysed, write

if TYPE_CHECKING:
    from pathlib import Path

M = "import mlflow\nfrom sklearn.svm import SVC\n"
FIT = M + "SVC(C=3).fit(X, y)\nmlflow.log_metric('a', 1)\n"
WITH = M + "SVC(C=3).fit(X, y)\nmlflow.log_metric('a', 1)\nmlflow.log_param('C', 1)\n"


def told(folder: Path, files: dict[str, str], code: str) -> list[str]:
    """The files at which a rule finds something."""
    return [f.place.file for f in audit_project(write(folder, files), "p").findings if f.code == code]


def test_programs_are_the_files_that_no_other_uses() -> None:
    """With all that they use; tests start none."""
    files = {
        "a.py": "import lib\n",
        "lib.py": "import deep\n",
        "deep.py": "",
        "tests/test_a.py": "import a\n",
        "b.py": "",
    }
    found = {p.module.file: [m.file for m in p.parts] for p in program_roots(analysed(files))}
    assert found == {"a.py": ["a.py", "deep.py", "lib.py"], "b.py": ["b.py"]}


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"a.py": WITH, "b.py": FIT}, ["b.py"]),
        ({"a.py": M + "mlflow.autolog()\nSVC().fit(X, y)\n", "b.py": FIT}, ["b.py"]),
        ({"a.py": WITH, "b.py": FIT + "import lib\nlib.f()\n", "lib.py": WITH}, []),
        ({"a.py": WITH, "b.py": FIT + "import start\n", "start.py": "import mlflow\nmlflow.autolog()\n"}, []),
        ({"a.py": WITH, "b.py": FIT + "def go(t):\n    t.log_params({})\n"}, []),
        ({"a.py": WITH, "b.py": "from sklearn.svm import SVC\nSVC().fit(X, y)\n"}, []),
        ({"a.py": WITH, "b.py": M + "mlflow.log_metric('a', 1)\n"}, []),
        ({"a.py": FIT, "b.py": FIT}, ["a.py"]),
    ],
)  # fmt: skip
def test_a_program_that_logs_no_parameter_beside_one_that_does(
    files: dict[str, str], where: list[str], tmp_path: Path
) -> None:
    """Its own calls count and those of what it uses; where none logs any, that is one finding."""
    assert told(tmp_path, files, "BIS101") == where


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("with mlflow.start_run():\n    mlflow.genai.evaluate(data=d, scorers=s)\n", "no"),
        ("with mlflow.start_run():\n    mlflow.evaluate(m, d)\n    mlflow.log_table(d, 'a.json')\n", "no"),
        ("mlflow.register_model('models:/a/1', 'b')\n", "no"),
        ("mlflow.log_metric('a', 1)\n", "yes"),
        ("mlflow.evaluate(m, d)\nmlflow.sklearn.log_model(m, 'm')\n", "yes"),
        ("from sklearn.svm import SVC\nm = SVC().fit(X, y)\nmlflow.evaluate(m, d)\n", "yes"),
    ],
)
def test_an_evaluation_has_no_parameters(code: str, value: str, tmp_path: Path) -> None:
    """Unless something is trained, or a result of a training is logged."""
    assert audit_project(write(tmp_path, {"a.py": "import mlflow\n" + code}), "p").facts[
        "params_not_logged_at_all"
    ].value == value  # fmt: skip


def test_the_fact_names_the_programs_of_which_no_parameter_is_logged(tmp_path: Path) -> None:
    """It is about the project as a whole, and does not reassure where a whole script logs none."""
    fact = audit_project(write(tmp_path / "a", {"a.py": WITH, "b.py": FIT, "c.py": FIT}), "p").facts[
        "params_not_logged_at_all"
    ]
    assert (fact.value, fact.reason) == ("no", "parameters are logged, but none of the runs of b.py and 1 more")
    alone = audit_project(write(tmp_path / "b", {"a.py": WITH}), "p").facts["params_not_logged_at_all"]
    assert alone.reason == "parameters are logged"


PROJECT = "entry_points:\n  main:\n    parameters:\n      C: float\n    command: python {}\n"


@pytest.mark.parametrize(
    ("files", "value"),
    [
        ({"MLproject": PROJECT.format("a.py {C}")}, "no"),
        ({"MLproject": PROJECT.format("main.py"), "main.py": "import a\n"}, "no"),
        ({"MLproject": PROJECT.format("other.py"), "other.py": "print(1)\n"}, "yes"),
        ({"MLproject": "entry_points:\n  main:\n    command: python a.py\n"}, "yes"),
    ],
)
def test_mlflow_run_logs_the_parameters_of_an_entry_point(files: dict[str, str], value: str, tmp_path: Path) -> None:
    """Of the program that it starts, and of all that this one uses."""
    found = audit_project(write(tmp_path, {"a.py": FIT, **files}), "p")
    assert found.facts["params_not_logged_at_all"].value == value
    assert ("BIS101" in {finding.code for finding in found.findings}) is (value == "yes")


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


LIBRARY = "import mlflow\ndef params(p):\n    mlflow.log_params(p)\ndef metric(m):\n    mlflow.log_metrics(m)\n"
DAG = (
    "from airflow import DAG\nfrom airflow.operators.python import PythonOperator as P\ndef go():\n"
    "    SVC(C=3).fit(X, y)\n    mlflow.log_metric('a', 1)\nwith DAG('d'):\n    P(python_callable=go)\n"
)


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"b.py": M + "SVC().fit(X, y)\nmlflow.log_metric('a', 1)\n"}, []),
        ({"b.py": M + "SVC(random_state=1).fit(X, y)\nmlflow.log_metric('a', 1)\n"}, []),
        ({"b.py": M + "SVC(3).fit(X, y)\nmlflow.log_metric('a', 1)\n"}, ["b.py"]),
        ({"b.py": M + "SVC(**p).fit(X, y)\nmlflow.log_metric('a', 1)\n"}, ["b.py"]),
        ({"b.py": "import mlflow\nloss.backward()\nmlflow.log_metric('a', 1)\n"}, ["b.py"]),
        ({"b.py": FIT.replace("mlflow.log", "mlflow.start_run(run_id=i)\nmlflow.log")}, []),
        ({"b.py": FIT.replace("mlflow.log", "mlflow.start_run(run_id=None)\nmlflow.log")}, ["b.py"]),
        (
            {
                "lib.py": LIBRARY,
                "b.py": "from sklearn.svm import SVC\nfrom lib import metric\nSVC(C=3).fit(X, y)\nmetric({})\n",
            },
            ["b.py"],
        ),
        (
            {"b.py": M + DAG},
            ["b.py"],
        ),
    ],
)
def test_which_programs_have_parameters_to_log(files: dict[str, str], where: list[str], tmp_path: Path) -> None:
    """Not those that leave all to defaults, nor those that go on with a run that another program began."""
    assert told(tmp_path, {"a.py": WITH} | files, "BIS101") == where


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("m = mlflow.pyfunc.load_model('models:/a/1')\nmlflow.log_metric('a', m.predict(x))\n", "no"),
        ("m = keras.models.load_model('a')\nmlflow.log_metric('a', m.evaluate(x))\n", "no"),
        ("mlflow.langchain.log_model(chain, name='c')\n", "no"),
        ("mlflow.transformers.log_model(p, name='c')\n", "no"),
        ("mlflow.sklearn.log_model(m, name='c')\n", "yes"),
        ("mlflow.pytorch.autolog()\nloss.backward()\nmlflow.log_metric('l', 1)\n", "yes"),
    ],
)
def test_what_is_asked_or_loaded_was_trained_elsewhere(code: str, value: str, tmp_path: Path) -> None:
    """And no autologging covers a loop of one's own."""
    found = audit_project(write(tmp_path, {"a.py": "import mlflow\nfrom tensorflow import keras\n" + code}), "p")
    assert found.facts["params_not_logged_at_all"].value == value


def test_where_no_run_is_made_nothing_is_missing_in_it(tmp_path: Path) -> None:
    """To import MLflow makes none, and the place is a program that makes one."""
    assert told(tmp_path / "a", {"a.py": M + "SVC(C=3).fit(X, y)\n# mlflow.log_metric('a', 1)\n"}, "BIS101") == []
    assert told(tmp_path / "b", {"a.py": TRAINS, "b.py": FIT}, "BIS101") == ["b.py"]
