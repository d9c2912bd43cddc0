"""Literals that hold in one place only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from bis._audit.questions.literals import absolute_paths, absolute_paths_with_text, rest_calls, tracking_uris
from tests.unit._audit.small_projects import analysed, notebook, write

if TYPE_CHECKING:
    from pathlib import Path

    from bis.model.project_audit import Place

ID = "0123456789abcdef" * 2


def at(places: list[Place]) -> list[tuple[int, int]]:
    """Cell and line of each place."""
    return [(place.cell, place.line) for place in places]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("f('/home/me/data.csv')", True),
        ("f('/Users/me/data.csv')", True),
        (r"f('C:\\Users\\me\\data.csv')", True),
        (r"f(r'D:\data\x.csv')", True),
        ("f('C:/data/x.csv')", True),
        ("f('file:///home/me/mlruns')", True),
        ("f('~/data/x.csv')", True),
        ("f('~/.cache/data/x.csv')", False),
        ("f('C:/Program Files/NVIDIA/cudnn.h')", False),
        ("f('/content/drive/My Drive/x.csv')", True),
        ("p = '/kaggle/input/x.csv'", True),
        ("def f(p='/mnt/data/x.csv'): pass", True),
        ("f(f'/home/me/{name}.csv')", True),
        ("f(['/home/me/a.csv'])", True),
        ("f('/tmp/x')", False),
        ("f('/api/2.0/mlflow')", False),
        ("f('data/x.csv')", False),
        ("f('https://example.org/home/me/')", False),
        ("f('s3://bucket/home/me')", False),
        ("re.compile('/home/[a-z]+/x')", False),
        ("f('C:')", False),
        ("'''/home/me/data.csv'''", False),
        ("# f('/home/me/data.csv')\nf()", False),
        ("f('/home')", False),
        ("app.mount('/media/', files)", False),
        ("Mount(source='data', target='/mnt/data')", False),
        ("image.add_local_file('a.py', remote_path='/root/src/a.py')", False),
        ("f(base + '/mnt/data/x.csv')", False),
        ("p = base + '/raw_data/sales/'\ndata_path = base + '/raw_data/sales/x.csv'", False),
        ("f('/mnt/data/' + name)", True),
        ("f('/run/media/me/disk/x.csv')", True),
        ("f('file:/C:/Users/me/mlruns')", True),
        ("f('file:/home/me/mlruns')", True),
        ("for p in ['/home/me/a', 'b']:\n    f(p)", True),
        ("g = [f(p) for p in ('/home/me/a',)]", True),
        ("f(f'/home/{user}/x.csv')", False),
        ("f(f'{root}/home/me/x.csv')", False),
        ("sys.path.append('/home/airflow/.local/lib/python3.9/site-packages')", False),
        ("f('/root/.local/lib/python3.11/site-packages/mlflow')", False),
        ("f('/home/jovyan/venv/lib/python3.9/dist-packages')", False),
        ("f('/home/me/miniconda3/lib/python3.9/site-packages')", True),
        ("f('/root/miniconda3/lib/python3.9/site-packages')", True),
        ("f('/home/airflow/data/x.csv')", True),
        ("sys.path.append('/Workspace/Users/ada@example.org/churn')", True),
        ("sys.path.insert(0, '/Workspace/Repos/ada@example.org/churn/src')", True),
        ("p = 'file:/Workspace/Repos/ada@example.org/churn/x.csv'", True),
        ("f(f'/Workspace/Users/{user}/churn')", False),
        ("f('/Workspace/Users/your.name@example.org/churn')", False),
        ("mlflow.set_experiment('/Workspace/Users/ada@example.org/churn')", False),
    ],
)
def test_absolute_paths(text: str, found: bool) -> None:
    """Of a person's folder, a drive, a mounted disk; not addresses, patterns and what every machine has."""
    assert bool(absolute_paths(analysed({"a.py": text}))) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("subprocess.run(['python', '/raid/ada/jobs/train.py'])", True),
        ("subprocess.Popen(['python', '/raid/ada/jobs/train.py', name])", True),
        ("subprocess.check_call(('/scratch/ada/env/run.py',))", True),
        ("subprocess.run(['python', '/app/jobs/nightly/train.py'])", False),
        ("subprocess.run(['/spark/bin/spark-submit', 'train.py'])", False),
        ("subprocess.run(['python', '/jobs/train.py'])", False),
        ("render(['page', '/raid/ada/jobs/train.py'])", False),
        ("sys.path.append('/scratch/ada/code')", True),
        ("sys.path.insert(0, '/fast/ada/packages/')", True),
        ("sys.path.append('/opt/ada/code')", False),
        ("sys.path.append('/code')", False),
    ],
)
def test_places_of_programs_below_a_folder_of_another_name(text: str, found: bool) -> None:
    """A program that is run, a folder of modules; those of an image are alike on all machines."""
    assert bool(absolute_paths(analysed({"a.py": f"import subprocess, sys\n{text}\n"}))) is found


def test_paths_in_tests_are_made_up() -> None:
    """A path that a test hands to a function need not be there."""
    assert absolute_paths(analysed({"tests/test_a.py": "f('/home/me/data.csv')"})) == []


def test_paths_that_a_manifest_mounts_are_of_a_container(tmp_path: Path) -> None:
    """Below its folder; others are of a machine."""
    job = "spec:\n  containers:\n  - volumeMounts:\n    - name: a\n      mountPath: /home/ray/app\n"
    files = {"a.py": "f('/home/ray/app/params.yaml', '/home/ray/data/x.csv')\n", "k8s/pipeline.yaml": job}
    found = audit_project(write(tmp_path, files), "p").findings
    assert [one.message for one in found if one.code == "BIS403"] == [
        "an absolute path of one machine: /home/ray/data/x.csv"
    ]


def test_paths_are_told_with_their_text() -> None:
    """And where they stand."""
    found = absolute_paths_with_text(analysed({"a.py": "x = 1\nf('/home/me/a.csv')"}))
    assert [(place.line, place.column, text) for place, text in found] == [(2, 3, "/home/me/a.csv")]


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("mlflow.set_tracking_uri('http://10.0.0.1:5000')", "http://10.0.0.1:5000"),
        ("mlflow.set_tracking_uri(uri='sqlite:///mlflow.db')", "sqlite:///mlflow.db"),
        ("URI = 'https://example.org'\nmlflow.set_tracking_uri(URI)", "https://example.org"),
        ("mlflow.MlflowClient('http://10.0.0.1:5000')", "http://10.0.0.1:5000"),
        ("mlflow.MlflowClient(tracking_uri='http://10.0.0.1:5000')", "http://10.0.0.1:5000"),
        ("mlflow.set_tracking_uri(os.environ['X'])", None),
        ("mlflow.set_tracking_uri('databricks')", None),
        ("mlflow.set_tracking_uri('mlruns')", None),
        ("other.set_tracking_uri('http://10.0.0.1:5000')", None),
    ],
)
def test_tracking_addresses(text: str, uri: str | None) -> None:
    """Literal ones, also by way of a name; relative folders and words hold everywhere."""
    found = tracking_uris(analysed({"a.py": f"import mlflow, os, other\n{text}"}))
    assert [address.text for address in found] == ([uri] if uri else [])


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("os.environ['MLFLOW_TRACKING_URI'] = 'http://10.0.0.7:5000'", "MLFLOW_TRACKING_URI"),
        ("U = 'http://10.0.0.7:5000'\nos.environ['MLFLOW_TRACKING_URI'] = U", "MLFLOW_TRACKING_URI"),
        ("os.environ.update(MLFLOW_REGISTRY_URI='sqlite:///a.db')", "MLFLOW_REGISTRY_URI"),
        ("mlflow.set_registry_uri('http://10.0.0.7:5000')", "MLFLOW_REGISTRY_URI"),
        ("mlflow.set_tracking_uri('http://10.0.0.7:5000')", "MLFLOW_TRACKING_URI"),
        ("os.environ['MLFLOW_TRACKING_URI'] = 'databricks'", ""),
        ("os.environ['MLFLOW_TRACKING_URI'] = args.uri", ""),
        ("os.environ['MLFLOW_TRACKING_URI'] = os.getenv('MLFLOW_TRACKING_URI', 'http://10.0.0.7:5000')", ""),
        ("if not os.getenv('MLFLOW_TRACKING_URI'):\n    os.environ['MLFLOW_TRACKING_URI'] = 'http://10.0.0.7'", ""),
        ("os.environ.setdefault('MLFLOW_TRACKING_URI', 'http://10.0.0.7:5000')", ""),
        ("os.environ['OTHER_URI'] = 'http://10.0.0.7:5000'", ""),
    ],
)
def test_which_variable_would_set_a_literal_address(text: str, variable: str) -> None:
    """That of the registry for the registry; what the environment may say already is only fallen back to."""
    found = tracking_uris(analysed({"a.py": f"import mlflow, os\n{text}"}))
    assert [address.variable for address in found] == ([variable] if variable else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import requests\nrequests.post(host + '/api/2.0/mlflow/runs/log-metric', json={})", True),
        ("import requests\nrequests.post(f'{host}/api/2.0/mlflow/runs/create')", True),
        ("import httpx\nURL = 'http://x/api/2.0/mlflow/runs/create'", True),
        ("URL = 'http://x/api/2.0/mlflow/runs/create'", False),
        ("import requests\nrequests.post('http://x/api/2.0/other')", False),
    ],
)
def test_calls_of_the_rest_interface(text: str, found: bool) -> None:
    """Its path in a file that can speak HTTP."""
    assert bool(rest_calls(analysed({"a.py": text}))) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data_dir = '/exp/cross/'", True),
        ("parser.add_argument('--train_path', default='/netscratch/me/train.csv')", True),
        ("f(dataset='/raid/images/train')", True),
        ("url = '/exp/cross/'", False),
        ("data_dir = '/data/cross/'", False),
        ("data_url = '/exp/cross/a.csv'", False),
        ("title = '/exp/cross/'", False),
        ("data_dir = '/exp'", False),
    ],
)
def test_places_of_data_below_a_folder_of_another_name(text: str, found: bool) -> None:
    """What is given to a place of data is a path; below `/data` or `/app` it may be one of an image."""
    assert bool(absolute_paths(analysed({"a.py": text + "\n"}))) is found


@pytest.mark.parametrize(
    "code",
    [
        "from pytorch_lightning.loggers import MLFlowLogger\nMLFlowLogger('e', 'r', 'http://10.0.0.1:5000')\n",
        "from optuna.integration.mlflow import MLflowCallback\nMLflowCallback(tracking_uri='http://10.0.0.1:5000')\n",
        "from ray.air.integrations.mlflow import setup_mlflow\nsetup_mlflow(c, 'http://10.0.0.1:5000')\n",
        "import mlflow\nmlflow.MlflowClient(registry_uri='http://10.0.0.1:5000')\n",
        "import os, mlflow\nos.environ |= {'MLFLOW_TRACKING_URI': 'http://10.0.0.1:5000'}\n",
        "import mlflow\nH = '10.0.0.1'\nmlflow.set_tracking_uri(f'http://{H}:5000')\n",
        "import mlflow\nclass C:\n    U = 'http://10.0.0.1:5000'\nmlflow.set_tracking_uri(C.U)\n",
        "import mlflow\ndef go(u):\n    mlflow.set_tracking_uri(u)\ngo('http://10.0.0.1:5000')\n",
    ],
)
def test_addresses_that_others_are_given_or_that_are_put_together(code: str) -> None:
    """Loggers and callbacks of other libraries, of which MLflow itself need not be imported."""
    assert [address.text for address in tracking_uris(analysed({"a.py": code}))] == ["http://10.0.0.1:5000"]


@pytest.mark.parametrize(
    "code",
    [
        "if 'MLFLOW_TRACKING_URI' not in os.environ:\n    os.environ['MLFLOW_TRACKING_URI'] = 'http://10.0.0.1'\n",
        "if 'MLFLOW_TRACKING_URI' not in os.environ:\n    mlflow.set_tracking_uri('http://10.0.0.1')\n",
        "def go(u='http://10.0.0.1'):\n    mlflow.set_tracking_uri(u)\n",
        "class S(BaseSettings):\n    u: str = 'http://10.0.0.1'\nmlflow.set_tracking_uri(S().u)\n",
    ],
)
def test_addresses_that_are_fallen_back_to(code: str) -> None:
    """Where the environment, or whoever calls, may say another one."""
    assert tracking_uris(analysed({"a.py": "import os, mlflow\n" + code})) == []


@pytest.mark.parametrize(
    ("file", "first", "count"),
    [
        ("tests/integration/test_fit.py", "from unittest.mock import patch\n", 0),
        ("test_fit.py", "from unittest import mock\n", 0),
        ("conftest.py", "import mock\n", 0),
        ("tests/test_fit.py", "import unittest\n", 1),
        ("fit.py", "from unittest.mock import patch\n", 1),
    ],
)
def test_addresses_in_tests_with_mocks_are_made_up(file: str, first: str, count: int) -> None:
    """Nothing is asked there; a test that loads a model from a server does ask."""
    code = first + "import mlflow\ndef test_it():\n    mlflow.set_tracking_uri('http://10.0.0.1:5000')\n"
    assert len(tracking_uris(analysed({file: code}))) == count


def test_the_folder_and_the_variables_of_a_notebook() -> None:
    """A magic that changes them does so as Python would."""
    text = notebook("%cd /home/ada/project", "import mlflow\n%env MLFLOW_TRACKING_URI=http://10.0.0.1:5000", "%cd data")
    analysis = analysed({"n.ipynb": text})
    assert at(absolute_paths(analysis)) == [(0, 1)]
    assert [(one.place.cell, one.text) for one in tracking_uris(analysis)] == [(1, "http://10.0.0.1:5000")]


FIELDS = {
    "entity.py": "from dataclasses import dataclass\n@dataclass\nclass Config:\n    uri: str\n    name: str\n",
    "use.py": "import mlflow\nclass E:\n    def __init__(self, config):\n        self.config = config\n"
    "    def go(self):\n        mlflow.set_registry_uri(self.config.uri)\n",
}


@pytest.mark.parametrize(
    ("code", "variables"),
    [
        (
            "from entity import Config\nc = Config(\n    uri='https://example.org/a.mlflow', name='n')\n",
            ["MLFLOW_REGISTRY_URI"],
        ),
        ("from entity import Config\nc = Config(uri=settings.uri, name='https://example.org')\n", []),
        ("from entity import Config\nc = Config(uri=os.environ['U'], name='n')\n", []),
        ("from other import Config\nc = Config(uri='https://example.org')\n", []),
        ("requests.get(uri='https://example.org')\n", []),
    ],
)  # fmt: skip
def test_addresses_that_are_fields_of_an_object(code: str, variables: list[str]) -> None:
    """Of a class of the project, whose field of that name is given on; the place is that of the literal."""
    found = tracking_uris(analysed(FIELDS | {"make.py": code}))
    assert [one.variable for one in found] == variables
    assert [(one.place.file, one.place.line) for one in found] == [("make.py", 3)] * len(variables)


REGISTRY = {
    "registry.py": "from mlflow.tracking import MlflowClient\nclass Registry:\n"
    "    def __init__(self, tracking_uri=None):\n        self.server = MlflowClient(tracking_uri)\n",
    "flow.py": "import mlflow\nclass Flow:\n    def __init__(self, tracking_uri):\n"
    "        self.tracking_uri = tracking_uri\n    def go(self):\n        mlflow.set_tracking_uri(self.tracking_uri)\n",
}


@pytest.mark.parametrize(
    ("code", "others", "places"),
    [
        ("server = Registry(tracking_uri='http://10.0.0.1')\n", "", [("use.py", 2)]),
        (
            "server = Registry(tracking_uri='http://10.0.0.1')\n",
            "from registry import Registry\nserver = Registry(tracking_uri='http://10.0.0.2')\n",
            [("more.py", 2), ("use.py", 2)],
        ),
        ("URI = 'http://10.0.0.1'\nserver = Registry(tracking_uri=URI)\n", "", [("registry.py", 4)]),
        (
            "server = Registry('http://10.0.0.1')\n",
            "from registry import Registry\nserver = Registry(tracking_uri='http://10.0.0.2')\n",
            [("more.py", 2), ("registry.py", 4)],
        ),
    ],
)
def test_one_literal_is_told_once(code: str, others: str, places: list[tuple[str, int]]) -> None:
    """Where an object is made with it, and then not at the client within; one that is told nowhere else, there."""
    project = REGISTRY | {"use.py": f"from registry import Registry\n{code}", "more.py": others}
    found = tracking_uris(analysed(project))
    assert sorted((one.place.file, one.place.line) for one in found) == places


@pytest.mark.parametrize(
    "code",
    [
        "from lightning.pytorch.loggers import MLFlowLogger\nMLFlowLogger(tracking_uri='http://10.0.0.1:5000')\n",
        "from pytorch_lightning.loggers import MLFlowLogger\nMLFlowLogger(tracking_uri='http://10.0.0.1:5000')\n",
        "import os, transformers\nos.environ['MLFLOW_TRACKING_URI'] = 'http://10.0.0.1:5000'\n",
    ],
)
def test_addresses_are_told_where_no_file_imports_mlflow(code: str, tmp_path: Path) -> None:
    """The whole project may log through the logger of another library."""
    findings = audit_project(write(tmp_path, {"train.py": code}), "p", Options(select=("BIS402",))).findings
    assert [one.place.file for one in findings] == ["train.py"]
