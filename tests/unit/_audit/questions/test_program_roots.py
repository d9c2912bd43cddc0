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


GUARDED = M + "def clean(x):\n    return x\ndef fit():\n    SVC(C=3).fit(X, y)\n    mlflow.log_metric('a', 1)\n"
GUARDED += "if __name__ == '__main__':\n    fit()\n"


@pytest.mark.parametrize(
    ("other", "is_program"),
    [
        ("from train import clean\nclean(1)\n", True),
        ("import train\nprint(train.clean(1))\n", True),
        ("from train import fit\nfit()\n", False),
        ("import train\ndef later():\n    train.fit()\n", False),
        ("import steps\nsteps.run()\n", False),
    ],
)
def test_a_file_that_others_use_is_a_program_where_it_alone_trains(
    other: str, is_program: bool, tmp_path: Path
) -> None:
    """Whoever takes only a function of it does not run its training."""
    steps = {"steps.py": "from train import fit\ndef run():\n    fit()\n"} if "steps" in other else {}
    files = {"predict.py": other, "train.py": GUARDED, "tune.py": WITH} | steps
    found = [p.module.file for p in program_roots(analysed(files))]
    assert found == ["predict.py", "tune.py", *["train.py"] * is_program]
    files["predict.py"] = "import mlflow\nmlflow.log_param('a', 1)\n" + other  # of its own run
    assert told(tmp_path, files, "BIS101") == ["train.py"] * is_program


def test_a_guard_that_trains_nothing_makes_no_program() -> None:
    """A file that only measures when it is started is a part of those that use it."""
    files = {
        "predict.py": "from train import clean\nclean(1)\n",
        "train.py": GUARDED.replace("    fit()\n", "    clean(1)\n"),
    }
    assert [p.module.file for p in program_roots(analysed(files))] == ["predict.py"]


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


FIGURE = "mlflow.log_figure(f, 'a.png')\n"
TRAIN = "import mlflow\nimport keras\nm = keras.Sequential([])\nm.fit(X, y)\n"


@pytest.mark.parametrize(
    ("code", "where"),
    [
        (TRAIN + FIGURE, ["b.py"]),
        (TRAIN + "with mlflow.start_run():\n    " + FIGURE, ["b.py"]),
        (TRAIN + "if good:\n    " + FIGURE, ["b.py"]),
        (TRAIN + "mlflow.log_param('a', 1)\n" + FIGURE, []),
        (TRAIN + "mlflow.log_artifact('data.csv')\n", []),
        (TRAIN.replace("m.fit", FIGURE + "m.fit"), []),
        ("import mlflow\n" + FIGURE, []),
        (TRAIN.replace("m.fit", "mlflow.autolog()\nm.fit") + FIGURE, []),
    ],
)
def test_a_figure_of_what_was_trained_is_a_result(code: str, where: list[str], tmp_path: Path) -> None:
    """One that is logged before the training shows the data, and a file may be anything."""
    assert told(tmp_path, {"a.py": WITH, "b.py": code}, "BIS101") == where


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
        ("mlflow.pyfunc.log_model(name='c', python_model=Echo())\n", "no"),
        ("mlflow.pyfunc.log_model(name='c', python_model=Echo())\nmlflow.log_metric('a', 1)\n", "yes"),
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
