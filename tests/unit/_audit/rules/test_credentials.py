"""Credentials in the code."""

from __future__ import annotations

import pytest

from bis._audit.rules.credentials import check
from tests.unit._audit.small_projects import analysed, notebook


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("mlflow.MLFLOW_TRACKING_PASSWORD = 'd41d8cd98f'\n", 1),
        ("MLFLOW_TRACKING_TOKEN = 'd41d8cd98f'\n", 1),
        ("class Config:\n    AWS_SECRET_ACCESS_KEY = 'd41d8cd98f'\n", 1),
        ("os.environ['MLFLOW_TRACKING_PASSWORD'] = 'd41d8cd98f'\n", 1),
        ("mlflow.MLFLOW_TRACKING_PASSWORD = os.environ['PASSWORD']\n", 0),
        ("MLFLOW_TRACKING_PASSWORD = 'your-password'\n", 0),
        ("mlflow.MLFLOW_TRACKING_USERNAME = 'ada'\n", 0),
        ("MLFLOW_TRACKING_PASSWORD = 'MLFLOW_TRACKING_PASSWORD'\n", 0),
    ],
)
def test_names_like_the_variables_of_the_environment(code: str, count: int) -> None:
    """An attribute of MLflow, a constant of a class; not what is read from elsewhere, or is to be filled in."""
    assert len(list(check(analysed({"a.py": "import os\nimport mlflow\n" + code})))) == count


@pytest.mark.parametrize(
    "code",
    [
        "P = 'd41d8cd98f'\nos.environ['MLFLOW_TRACKING_PASSWORD'] = P\n",
        "os.environ |= {'AWS_SECRET_ACCESS_KEY': 'd41d8cd98f'}\n",
        "env = {'MLFLOW_TRACKING_PASSWORD': 'd41d8cd98f'}\nos.environ.update(env)\n",
        "env = dict(MLFLOW_TRACKING_PASSWORD='d41d8cd98f')\n",
        "p = os.getenv('MLFLOW_TRACKING_PASSWORD', 'd41d8cd98f')\n",
        "boto3.client('s3', aws_secret_access_key='d41d8cd98f')\n",
        "class C:\n    mlflow_tracking_password: str = 'd41d8cd98f'\n",
        "p.add_argument('--mlflow-tracking-password', default='d41d8cd98f')\n",
        "import comet_ml\ncomet_ml.login(api_key='d41d8cd98f')\n",
    ],
)
def test_what_reaches_them_in_another_way(code: str) -> None:
    """By a name, a dictionary, a keyword, what the environment or an option falls back to; each is told once."""
    assert len(list(check(analysed({"a.py": "import os\nimport mlflow\n" + code})))) == 1


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("task.set_env_variable(name='AWS_SECRET_ACCESS_KEY', value='zebra1234')\n", 1),
        ("task.set_env_variable('AWS_SECRET_ACCESS_KEY', 'zebra1234')\n", 1),
        ("V1EnvVar(name='MLFLOW_TRACKING_PASSWORD', value='zebra1234')\n", 1),
        ("job(env=[{'name': 'MLFLOW_TRACKING_TOKEN', 'value': 'zebra1234'}])\n", 1),
        ("env = [{'key': 'MLFLOW_TRACKING_TOKEN', 'value': 'zebra1234'}]\n", 1),
        ("os.putenv('AWS_SECRET_ACCESS_KEY', 'zebra1234')\n", 1),
        ("os.environ.setdefault('AWS_SECRET_ACCESS_KEY', 'zebra1234')\n", 1),
        ("task.set_env_variable(name='AWS_SECRET_ACCESS_KEY', value=os.environ['KEY'])\n", 0),
        ("task.set_env_variable(name='AWS_SECRET_ACCESS_KEY', value='<your key>')\n", 0),
        ("task.set_env_variable(name='MLFLOW_TRACKING_URI', value='zebra1234')\n", 0),
        ("V1EnvVar(name='AWS_SECRET_ACCESS_KEY', value_from=V1Source(name='mlflow', key='zebra'))\n", 0),
        ("check('AWS_SECRET_ACCESS_KEY', 'is missing')\n", 0),
        ("os.getenv('AWS_SECRET_ACCESS_KEY')\n", 0),
    ],
)
def test_what_stands_beside_the_name_of_a_variable(code: str, count: int) -> None:
    """Of a container, a task or a job; each is told once."""
    assert len(list(check(analysed({"a.py": "import os\nimport mlflow\n" + code})))) == count


@pytest.mark.parametrize(
    "given",
    ["ENTER YOUR PASSWORD", "insert-token-here", "replace_me", "YOUR_DAGSHUB_TOKEN", "minioadmin", "[token]", "null"],
)
def test_what_is_to_be_filled_in_is_no_secret(given: str) -> None:
    """Nor is what a service is shipped with."""
    code = f"import os\nos.environ['MLFLOW_TRACKING_PASSWORD'] = '{given}'\n"
    assert list(check(analysed({"a.py": code}))) == []


def test_a_variable_that_a_magic_sets() -> None:
    """In the cell that it stands in."""
    found = list(check(analysed({"n.ipynb": notebook("x = 1", "%env MLFLOW_TRACKING_PASSWORD=d41d8cd98f")})))
    assert [(one.place.cell, one.place.line) for one in found] == [(1, 1)]


def test_a_test_hands_over_what_it_makes_up() -> None:
    """What it sets in the environment counts: it may be what the tests need."""
    code = "import os\nf(env={'AWS_SECRET_ACCESS_KEY': 'd41d8cd98f'})\n"
    assert list(check(analysed({"tests/test_a.py": code}))) == []
    assert len(list(check(analysed({"a.py": code})))) == 1
    code = "import os\nf(aws_secret_access_key=config['secret_access_key'])\n"
    assert list(check(analysed({"a.py": code}))) == []


DATABASE = "postgresql+psycopg2://ada:zebra1234@db.example.org/runs"


@pytest.mark.parametrize(
    ("code", "count"),
    [
        (f"os.environ['MLFLOW_TRACKING_URI'] = '{DATABASE}'\n", 1),
        (f"os.environ.update(MLFLOW_REGISTRY_URI='{DATABASE}')\n", 1),
        (f"from lightning.pytorch.loggers import MLFlowLogger\nMLFlowLogger(tracking_uri='{DATABASE}')\n", 1),
        (f"import mlflow\nmlflow.set_tracking_uri('{DATABASE}')\n", 1),
        (f"os.environ['DATABASE_URL'] = '{DATABASE}'\n", 0),
        (f"os.environ['MLFLOW_TRACKING_URI'] = '{DATABASE.replace('zebra1234', 'postgres')}'\n", 0),
        (f"os.environ['MLFLOW_TRACKING_URI'] = '{DATABASE.replace(':zebra1234', '')}'\n", 0),
    ],
)
def test_passwords_in_addresses_where_mlflow_itself_is_not_imported(code: str, count: int) -> None:
    """What is put into the environment for it, or given to the logger of another library."""
    assert len(list(check(analysed({"a.py": "import os\n" + code})))) == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("import mlflow\nos.environ['PROFILES_API_KEY'] = 'q7Wk29dLx0PzRt4b'\n", 1),
        ("import mlflow\nK = 'q7Wk29dLx0PzRt4b'\nos.environ['FEATURES_ACCESS_TOKEN'] = K\n", 1),
        ("import mlflow\nos.environ.update(LABELS_SECRET_KEY='q7Wk29dLx0PzRt4b')\n", 1),
        ("os.environ |= {'MLFLOW_RUN_ID': i, 'PROFILES_API_TOKEN': 'q7Wk29dLx0PzRt4b'}\n", 1),
        ("os.environ['PROFILES_API_KEY'] = 'q7Wk29dLx0PzRt4b'\n", 0),
        ("import mlflow\nos.environ['PROFILES_API_KEY'] = 'sk-your-key-here-0123'\n", 0),
        ("import mlflow\nos.environ['PROFILES_API_KEY'] = 'sk-xxxxxxxxxxxxxxx1'\n", 0),
        ("import mlflow\nos.environ['PROFILES_API_KEY'] = 'not needed for model 1'\n", 0),
        ("import mlflow\nos.environ['PROFILES_API_KEY'] = 'EMPTY'\n", 0),
        ("import mlflow\nos.environ['PROFILES_ORG_ID'] = 'q7Wk29dLx0PzRt4b'\n", 0),
        ("import mlflow\nos.environ['PROFILES_API_KEY'] = os.environ['KEY']\n", 0),
    ],
)
def test_keys_of_other_services_in_a_file_that_uses_mlflow(code: str, count: int) -> None:
    """They are told where they look like keys: elsewhere they are none of the audit's business."""
    assert len(list(check(analysed({"a.py": "import os\n" + code})))) == count
