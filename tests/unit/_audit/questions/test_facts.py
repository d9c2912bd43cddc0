"""The facts of a project: yes, no or unknown, each with its reason and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import audit_project
from bis.model.audit_facts import FACTS
from tests.unit._audit.small_projects import notebook, write

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.project_audit import Fact

M, NP = "import mlflow\n", "import numpy as np\n"
SVC = "from sklearn.svm import SVC\nSVC(random_state=1).fit(X, y)\n"
CLIENT = "from mlflow import MlflowClient\nc = MlflowClient()\n"
NO_SEED = "from sklearn.model_selection import train_test_split as t\nr = None\nt(X, random_state=r)\n"
BROKEN = "def f(:\n"
FIT = "from sklearn.linear_model import Ridge\nRidge().fit([[1.0]], [1.0])\n"


def facts(folder: Path, files: dict[str, str]) -> dict[str, Fact]:
    """The facts of a project on disk."""
    return audit_project(write(folder, files), "p").facts


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        ("uses_mlflow", M, "yes"),
        ("uses_mlflow", "from kedro_mlflow.io import x\n", "yes"),
        ("uses_mlflow", "import wandb\n", "no"),
        ("uses_mlflow", "from .mlflow import x\n", "no"),
        ("uses_mlflow", "import requests\nrequests.get(h + '/api/2.0/mlflow/runs/get')\n", "yes"),
        ("uses_mlflow", "# import mlflow\n'import mlflow'\n", "no"),
        ("via", M + "mlflow.log_param(1, 2)\n", ("api",)),
        ("via", CLIENT + "c.log_param(1, 2, 3)\n", ("client",)),
        ("via", "from pytorch_lightning.loggers import MLFlowLogger\nMLFlowLogger()\n", ("lightning",)),
        ("via", M, ("api",)),
        ("via", "x = 1\n", ()),
        ("logs_params", M + "mlflow.log_param(1, 2)\n", "yes"),
        ("logs_params", CLIENT + "c.log_param(1, 2, 3)\n", "yes"),
        ("logs_params", M + "# mlflow.log_param(1, 2)\n'mlflow.log_param(1, 2)'\n", "no"),
        ("logs_params", M + "def f(c):\n    c.log_param(1, 2)\n", "unknown"),
        ("logs_params", "def f(c):\n    c.log_param(1, 2)\n", "no"),
        ("logs_metrics", M + "mlflow.log_metrics({})\n", "yes"),
        ("logs_metrics", M + "trainer.log_metrics('train', {})\n", "no"),
        ("autolog", M + "mlflow.sklearn.autolog()\n", "yes"),
        ("autolog", M + "mlflow.autolog(disable=True)\n", "no"),
        ("autolog_too_late", M + SVC + "mlflow.autolog()\n", "yes"),
        ("autolog_too_late", M + "mlflow.autolog()\n" + SVC, "no"),
        ("logs_model", M + "mlflow.sklearn.log_model(m, 'm')\n", "yes"),
        ("logs_model", "import tensorflow as tf\ntf.saved_model.save(m, 'm')\n", "no"),
        ("logs_model", "def save_model(): pass\nsave_model()\n", "no"),
        ("logs_artifact", M + "mlflow.log_artifact('a')\n", "yes"),
        ("logs_dataset", M + "mlflow.log_input(d)\n", "yes"),
        ("sets_tags", M + "mlflow.set_tag('a', 1)\n", "yes"),
        ("registers_model", M + "mlflow.register_model('a', 'b')\n", "yes"),
        ("registers_model", "from azureml.core import Run\nRun.get_context().register_model('a')\n", "no"),
        ("params_not_logged_at_all", M + SVC + "mlflow.log_metric('a', 1)\n", "yes"),
        ("params_not_logged_at_all", M + SVC + "mlflow.autolog()\n", "yes"),
        ("params_not_logged_at_all", M + "mlflow.autolog()\n" + SVC, "no"),
        ("params_not_logged_at_all", M + SVC + "mlflow.log_param(1, 2)\n", "no"),
        ("params_not_logged_at_all", SVC, "no"),
        ("params_not_logged_at_all", M, "no"),
        ("params_not_logged_at_all", M + SVC + "def f(c):\n    c.log_param(1, 2)\n", "unknown"),
        ("unseeded_split", "from sklearn.model_selection import train_test_split as t\nt(X)\n", "yes"),
        ("unseeded_split", "from sklearn.model_selection import train_test_split as t\nt(X, random_state=1)\n", "no"),
        ("unseeded_split", "from sklearn.model_selection import train_test_split as t\nt(X, **options)\n", "unknown"),
        ("unseeded_split", NP + "from sklearn.model_selection import train_test_split as t\nnp.random.seed(1)\nt()\n",
         "no"),
        ("unseeded_estimator", "from sklearn.ensemble import RandomForestClassifier as R\nR()\n", "yes"),
        ("unseeded_estimator", "from sklearn.ensemble import RandomForestClassifier as R\nR(random_state=0)\n", "no"),
        ("unseeded_estimator", "from sklearn.linear_model import LinearRegression as R\nR()\n", "no"),
        ("unseeded_split", NO_SEED, "yes"),
        ("unseeded_estimator", "from sklearn.ensemble import RandomForestClassifier as R\n" + NP
         + "g = np.random.default_rng()\nR(random_state=g)\n", "yes"),
        ("unseeded_estimator", "from sklearn.ensemble import RandomForestClassifier as R\n" + NP
         + "g = np.random.default_rng(3)\nR(random_state=g)\n", "no"),
        ("seeds_set", NO_SEED, "no"),
        ("seeds_set", "import numpy as np\nnp.random.seed(1)\n", "yes"),
        ("seeds_set", "import os\nos.environ['PYTHONHASHSEED'] = '0'\n", "yes"),
        ("seeds_set", "import random\nrandom.random()\n", "no"),
        ("hardcoded_run_id", M + f"mlflow.get_run('{'0a' * 16}')\n", "yes"),
        ("hardcoded_run_id", M + "mlflow.get_run(run_id)\n", "no"),
        ("absolute_local_path", "f('/home/me/x.csv')\n", "yes"),
        ("absolute_local_path", "f('x.csv')\n", "no"),
        ("trains_model", SVC, "yes"),
        ("trains_model", "loss.backward()\n", "yes"),
        ("trains_model", "from sklearn.preprocessing import StandardScaler\nStandardScaler().fit(X)\n", "no"),
    ],
)  # fmt: skip
def test_facts_of_code(tmp_path: Path, name: str, code: str, value: object) -> None:
    """What counts, and what only looks alike."""
    assert facts(tmp_path, {"a.py": code})[name].value == value


@pytest.mark.parametrize(
    ("name", "files", "value"),
    [
        ("deps_declared", {"requirements.txt": "mlflow\n"}, "yes"),
        ("deps_declared", {"a.py": M}, "no"),
        ("deps_pinned", {"requirements.txt": "mlflow==2.0\nnumpy==1.0\n"}, "all"),
        ("deps_pinned", {"requirements.txt": "mlflow==2.0\nnumpy\n"}, "some"),
        ("deps_pinned", {"requirements.txt": "mlflow\n"}, "none"),
        ("deps_pinned", {"a.py": M}, "none"),
        ("mlproject", {"MLproject": "name: x\n"}, "yes"),
        ("mlproject", {"sub/MLproject": "name: x\n"}, "yes"),
        ("mlproject", {"a.py": "f('MLproject')\n"}, "no"),
        ("uses_mlflow", {"MLproject": "name: x\n"}, "yes"),
        ("uses_mlflow", {"requirements.txt": "mlflow==2.0\n", "a.py": "x = 1\n"}, "no"),
        ("readme_tracking", {"README.md": "# P\n\nStart `mlflow ui` to see the runs.\n"}, "yes"),
        ("readme_tracking", {"README.md": "# P\n\nWe use MLflow.\n"}, "no"),
        ("readme_tracking", {"README.md": "# P\n"}, "no"),
        ("readme_tracking", {"a.py": M}, "no"),
        (
            "logs_params",
            {"lib.py": M + "def f(x):\n    mlflow.log_params(x)\n", "a.py": "from lib import f\nf({})\n"},
            "yes",
        ),
        ("logs_params", {"n.ipynb": notebook(M, "mlflow.log_param(1, 2)")}, "yes"),
        ("logs_params", {"n.ipynb": notebook(M, "#md mlflow.log_param(1, 2)")}, "no"),
        (
            "logs_params",
            {"venv/pyvenv.cfg": "home = x\n", "venv/lib/a.py": M + "mlflow.log_param(1, 2)\n", "a.py": M},
            "no",
        ),
        ("logs_params", {"a.py": M + BROKEN + "mlflow.log_param(1, 2)\n"}, "unknown"),
        ("logs_params", {"a.py": M, "b.py": BROKEN}, "no"),
        (
            "logs_params",
            {"a.py": M + BROKEN + "mlflow.log_param(1, 2)\n", "b.py": M + "mlflow.log_param(1, 2)\n"},
            "yes",
        ),
        ("logs_params", {"n.ipynb": notebook(M, BROKEN + "mlflow.log_param(1, 2)")}, "unknown"),
        ("logs_params", {"n.ipynb": notebook(M, BROKEN, "# mlflow.log_param(1, 2)")}, "no"),
        ("trains_model", {"a.py": BROKEN}, "unknown"),
        ("uses_mlflow", {"a.py": M + "mlflow.start_run(\n"}, "unknown"),
        ("uses_mlflow", {"n.ipynb": notebook("import mlflow as m\nm.start_run(\n")}, "unknown"),
        ("uses_mlflow", {"a.py": "'''on mlflow'''\n" + BROKEN}, "no"),
        ("deps_declared", {"n.ipynb": notebook("%pip install mlflow==2.1\nimport mlflow")}, "yes"),
        ("deps_declared", {"requirements.txt": "# none yet\n", "a.py": M}, "no"),
        ("deps_declared", {"requirements.txt": "-r other.txt\n", "other.txt": "numpy\n"}, "yes"),
        ("deps_pinned", {"requirements.txt": "mlflow==2.1\n-r sub/other.txt\n", "sub/other.txt": "numpy\n"}, "some"),
        ("deps_pinned", {"pyproject.toml": "[project\nname="}, "unknown"),
        ("params_not_logged_at_all", {"a.py": FIT, "b.py": M + "mlflow.log_metric('a', 1)\n"}, "yes"),
        ("params_not_logged_at_all", {"a.py": FIT, "tests/b.py": M + "mlflow.log_metric('a', 1)\n"}, "no"),
        ("params_not_logged_at_all", {"tests/a.py": FIT, "b.py": M + "mlflow.log_metric('a', 1)\n"}, "yes"),
    ],
)
def test_facts_of_projects(tmp_path: Path, name: str, files: dict[str, str], value: object) -> None:
    """Manifests, documents, several files, and what could not be read."""
    assert facts(tmp_path, files)[name].value == value


def test_every_fact_is_stated_in_order(tmp_path: Path) -> None:
    """Also of an empty project; values are of the three words, or of the scales of their own."""
    for number, files in enumerate(({"x.txt": ""}, {"a.py": M + SVC + "mlflow.log_param(1, 2)\n"})):
        found = facts(tmp_path / str(number), files)
        assert list(found) == list(FACTS)
        assert {str(f.value) for name, f in found.items() if name not in {"via", "deps_pinned"}} <= {
            "yes",
            "no",
            "unknown",
        }


def test_yes_has_places_and_the_others_reasons(tmp_path: Path) -> None:
    """Whoever doubts a fact can look it up."""
    code = M + "mlflow.log_param(1, 2)\ndef g(c):\n    c.log_metric(1)\nf('/home/me/x.csv')\n"
    found = facts(tmp_path, {"a.py": code, "README.md": "`mlflow ui`\n", "requirements.txt": "mlflow\n"})
    for name, fact in found.items():
        if fact.value == "yes":
            assert fact.places, name
        elif fact.value == "unknown" or (fact.value == "no" and name != "autolog_too_late"):
            assert fact.reason, name
    assert [(p.file, p.line) for p in found["logs_params"].places] == [("a.py", 2)]
    assert found["logs_metrics"].value == "unknown"
    assert [(p.file, p.line) for p in found["logs_metrics"].places] == [("a.py", 4)]


def test_places_are_sorted_and_not_without_end(tmp_path: Path) -> None:
    """Fifty show where to look."""
    places = facts(tmp_path, {"a.py": M + "mlflow.log_param(1, 2)\n" * 200})["logs_params"].places
    assert [place.line for place in places] == list(range(2, 52))
