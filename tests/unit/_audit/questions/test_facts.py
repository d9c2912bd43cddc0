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

FEATURES = "from databricks{0} import {1}Client as C\nC().log_model(m, 'm', flavor=f, registered_model_name='x')\n"
M, NP = "import mlflow\n", "import numpy as np\n"
SVC = "from sklearn.svm import SVC\nSVC(random_state=1).fit(X, y)\n"
CLIENT = "from mlflow import MlflowClient\nc = MlflowClient()\n"
DRAWN = "import pandas as pd\ndf = pd.read_csv('a.csv')\nrows = df.sample(frac=0.8{})\n"
NO_SEED = "from sklearn.model_selection import train_test_split as t\nr = None\nt(X, random_state=r)\n"
BROKEN = "def f(:\n"
TF1 = "import tensorflow as tf\nimport scipy\nstep = tf.train.AdamOptimizer(1e-3).minimize(loss)\nsession.run(step)\n"
FIT = "from sklearn.linear_model import Ridge\nRidge().fit([[1.0]], [1.0])\n"


def facts(folder: Path, files: dict[str, str]) -> dict[str, Fact]:
    """The facts of a project on disk."""
    return audit_project(write(folder, files), "p").facts


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        ("uses_mlflow", M, "yes"),
        ("logs_params", "import mlflow\nmlflow.tensorflow.mlflow.log_param('lr', 1)\n", "yes"),
        ("logs_metrics", "from mlflow.sklearn import mlflow as m\nm.log_metric('loss', 1)\n", "yes"),
        ("registers_model", "import mlflow as m\nm.a.mlflow.onnx.log_model(x, registered_model_name='x')\n", "yes"),
        ("logs_model", FEATURES.format(".feature_engineering", "FeatureEngineering"), "yes"),
        ("registers_model", FEATURES.format(".feature_store.client", "FeatureStore"), "yes"),
        ("uses_mlflow", FEATURES.format(".sdk", "Workspace"), "no"),
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
        ("sets_tags", CLIENT + "c.log_batch(r, tags=[t])\n", "yes"),
        ("sets_tags", "from ray.air.integrations.mlflow import setup_mlflow\nsetup_mlflow(c, tags={})\n", "yes"),
        ("via", "from zenml import step\n" + M + "@step(experiment_tracker='t')\ndef f(): mlflow.log_param(1, 2)\n",
         ("api", "zenml")),
        ("via", "from accelerate import Accelerator\nAccelerator(log_with='mlflow')\n", ("hf",)),
        ("registers_model", M + "mlflow.register_model('a', 'b')\n", "yes"),
        ("registers_model", "from azureml.core import Run\nRun.get_context().register_model('a')\n", "no"),
        ("params_not_logged_at_all", M + SVC + "mlflow.log_metric('a', 1)\n", "yes"),
        ("params_not_logged_at_all", M + SVC + "mlflow.autolog()\n", "yes"),
        ("params_not_logged_at_all", M + "mlflow.autolog()\n" + SVC, "no"),
        ("params_not_logged_at_all", M + SVC + "mlflow.log_param(1, 2)\n", "no"),
        ("params_not_logged_at_all", SVC, "no"),
        ("params_not_logged_at_all", M + "mlflow.crewai.autolog()\n", "no"),
        ("params_not_logged_at_all", M + "mlflow.openai.autolog()\n", "no"),
        ("params_not_logged_at_all", M + "mlflow.openai.autolog()\nmlflow.log_metric('a', 1)\n", "yes"),
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
        ("unseeded_split", DRAWN.format("") + "for row in rows.itertuples():\n    send(row)\n", "no"),
        ("unseeded_split", DRAWN.format("") + "rest = df.drop(rows.index)\n", "yes"),
        ("unseeded_split", DRAWN.format("") + "from sklearn.svm import SVC\nSVC().fit(rows[['a']], rows.y)\n", "yes"),
        ("unseeded_split", DRAWN.format(", random_state=1") + "rest = df.drop(rows.index)\n", "no"),
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
        ("trains_model", TF1, "yes"),
        ("trains_model", TF1.replace("tf.train.", "scipy.optimize."), "no"),
        ("params_not_logged_at_all", M + TF1 + "mlflow.log_metric('a', 1)\n", "yes"),
        ("params_not_logged_at_all", M + TF1 + "mlflow.log_param('a', 1)\n", "no"),
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
        ("trains_model", {"a.py": BROKEN + "m.fit(X, y)\n"}, "unknown"),
        ("trains_model", {"a.py": BROKEN}, "no"),
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


def test_how_much_is_pinned_is_unknown_where_a_list_is_missing(tmp_path: Path) -> None:
    """What is in it is not known; where something is pinned and something is not, that is so whatever it says."""
    image = "FROM x\nRUN pip install mlflow==2.0 -r requirements.txt\n"
    found = facts(tmp_path / "a", {"train.py": M, "Dockerfile": image})["deps_pinned"]
    assert (found.value, found.places[0].line) == ("unknown", 2)
    assert "requirements.txt" in found.reason
    some = facts(tmp_path / "b", {"train.py": M, "Dockerfile": image.replace("-r", "numpy -r")})["deps_pinned"]
    assert some.value == "some"
    there = facts(tmp_path / "c", {"train.py": M, "Dockerfile": image, "requirements.txt": "a==1\n"})["deps_pinned"]
    assert there.value == "all"


@pytest.mark.parametrize("name", ["MLproject", "mlproject", "MLProject", "training/MLPROJECT"])
def test_the_name_of_an_mlproject_is_in_letters_of_any_size(name: str, tmp_path: Path) -> None:
    """As MLflow looks for it."""
    found = facts(tmp_path, {"train.py": "x = 1\n", name: "name: a\n"})
    assert found["mlproject"].value == found["uses_mlflow"].value == "yes"
    assert found["via"].value == ("other",)


@pytest.mark.parametrize("name", ["src/mlproject/train.py", "mlproject.yaml", "mlproject.py", "MLproject/README.md"])
def test_a_folder_or_another_suffix_makes_no_mlproject(name: str, tmp_path: Path) -> None:
    """A package may be called so."""
    assert facts(tmp_path, {"a.py": "x = 1\n", name: "x = 1\n"})["mlproject"].value == "no"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("mlflow.set_experiment_tag('a', 1)\n", "experiment_tag"),
        ("mlflow.set_experiment_tags({})\n", "experiment_tag"),
        ("mlflow.create_experiment('e', tags={'a': 'b'})\n", "experiment_tag"),
        ("mlflow.MlflowClient().set_model_version_tag('m', '1', 'a', 'b')\n", "model_tag"),
        ("mlflow.MlflowClient().set_registered_model_tag('m', 'a', 'b')\n", "model_tag"),
        ("mlflow.register_model('u', 'n', tags={'a': 'b'})\n", "model_tag"),
    ],
)
def test_tags_of_experiments_and_models_are_no_tags_of_runs(code: str, kind: str, tmp_path: Path) -> None:
    """They are listed among the calls by kinds of their own."""
    audited = audit_project(write(tmp_path, {"a.py": M + code}), "p")
    assert audited.facts["sets_tags"].value == "no"
    assert kind in [call.kind for call in audited.calls]


@pytest.mark.parametrize(
    "code",
    [
        "mlflow.start_run(tags={'a': 'b'})\n",
        "mlflow.MlflowClient().set_tag('r', 'a', 'b')\nmlflow.set_experiment_tag('a', 1)\n",
        "mlflow.MlflowClient().create_run('0', tags={})\n",
    ],
)
def test_tags_of_runs_are_seen_beside_others(code: str, tmp_path: Path) -> None:
    """Also those that a run is made with."""
    assert facts(tmp_path, {"a.py": M + code})["sets_tags"].value == "yes"


@pytest.mark.parametrize(
    ("code", "via"),
    [
        (CLIENT + "print(c.get_run('a'))\n", ("client",)),
        (
            "from mlflow.tracking import MlflowClient\ndef f():\n    return MlflowClient().search_runs([])\n",
            ("client",),
        ),
        (CLIENT + M + "c.get_run('a')\nmlflow.log_metric('a', 1)\n", ("api", "client")),
        (CLIENT + M + "mlflow.set_tracking_uri(u)\nc.get_run('a')\n", ("client",)),
        (CLIENT + M + "c.get_run('a')\nmlflow.search_runs()\n", ("api", "client")),
        ("from mlflow import MlflowClient\n", ("api",)),
        (
            "import dagshub, mlflow\ndagshub.init(repo_name='a', mlflow=True)\nmlflow.log_param(1, 2)\n",
            ("api", "other"),
        ),
        ("import dagshub, mlflow\ndagshub.init('a', 'b')\nmlflow.start_run()\n", ("api", "other")),
        ("import dagshub, mlflow\ndagshub.init('a', 'b', mlflow=False)\nmlflow.log_param(1, 2)\n", ("api",)),
        ("import dagshub\ndagshub.init('a', 'b', mlflow=True)\n", ("other",)),
    ],
)
def test_doors_of_reading_and_of_other_services(code: str, via: tuple[str, ...], tmp_path: Path) -> None:
    """A client that reads is one; a service that sets MLflow's address is another way to reach it."""
    found = facts(tmp_path, {"a.py": code})
    assert found["via"].value == via
    assert found["uses_mlflow"].value == "yes"


def test_calls_of_a_function_that_logs_are_no_further_places(tmp_path: Path) -> None:
    """`main()` is not one for each thing that it logs; among the calls they are listed with what they go through."""
    code = M + "def main():\n    mlflow.log_param(1, 2)\n    mlflow.log_param(3, 4)\nmain()\nmain()\n"
    audited = audit_project(write(tmp_path, {"a.py": code}), "p")
    assert [place.line for place in audited.facts["logs_params"].places] == [3, 4]
    assert [(call.place.line, call.through) for call in audited.calls] == [(3, ""), (4, ""), (5, "main"), (6, "main")]


def test_a_split_that_is_seeded_has_a_place(tmp_path: Path) -> None:
    """Where there is none, there is nothing to seed."""
    split = "from sklearn.model_selection import train_test_split\ntrain_test_split(X, random_state=1)\n"
    seeded = facts(tmp_path / "a", {"a.py": split})["unseeded_split"]
    assert (seeded.value, [place.line for place in seeded.places]) == ("no", [2])
    nothing = facts(tmp_path / "b", {"a.py": "x = 1\n"})["unseeded_split"]
    assert (nothing.value, nothing.places) == ("no", ())
