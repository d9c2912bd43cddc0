"""Run ids that are written in the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.questions.run_ids import run_ids
from tests.unit._audit.small_projects import analysed, notebook

if TYPE_CHECKING:
    from bis.model.project_audit import Place

ID = "0123456789abcdef" * 2
GIVEN = f"import mlflow\nModelID = '{ID}'\n"


def at(places: list[Place]) -> list[tuple[int, int]]:
    """Cell and line of each place."""
    return [(place.cell, place.line) for place in places]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"import mlflow\nmlflow.start_run(run_id='{ID}')", True),
        (f"import mlflow\nmlflow.get_run('{ID}')", True),
        (f"run_id = '{ID}'", True),
        (f"RUN_ID = '{ID}'", True),
        (f"def f(run_id='{ID}'): pass", True),
        (f"config = {{'x': 1}}\nconfig['run_id'] = '{ID}'\nf(run_id='{ID}')", True),
        (f"f('runs:/{ID}/model')", True),
        (f"f(f'runs:/{ID}/{{name}}')", True),
        (f"f('mlruns/0/{ID}/artifacts')", True),
        (f"f('..\\\\mlartifacts\\\\4711\\\\{ID}\\\\artifacts\\\\model')", True),
        (f"f(r'C:\\work\\mlruns\\0\\{ID}\\artifacts')", True),
        (f"f(rf'{{root}}\\mlruns\\0\\{ID}')", True),
        (f"f(r'C:\\cache\\{ID}\\data')", False),
        (f"import mlflow\nmlflow.log_param('hash', '{ID}x')", False),
        (f"key = '{ID}'", False),
        (f"f('{ID}')", False),
        (f"run_id = '{ID.upper()}'", False),
        (f"run_id = '{ID[:-1]}'", False),
        ("import mlflow\nmlflow.start_run(run_id=run_id)", False),
        (f"# run_id = '{ID}'\nf()", False),
        (f"'''run_id = '{ID}' '''", False),
        (f"f('https://example.org/{ID}')", False),
        ("import mlflow\nmlflow.get_run('n5rt-lafm-0dkn-uw2t')", True),
        ("import mlflow\nmlflow.start_run(run_id='plucky_yam_9d3kq7')", True),
        ("import mlflow\nmlflow.MlflowClient().get_run('3f2b8c1e-9a77-4d5e-8b6f-0c9d2e7a4f51')", True),
        ("f({'run_id': 'sccl-5z6v-2tin-wtn1', 'name': 'm'})", True),
        ("run_id = 'sccl-5z6v-2tin-wtn1'", True),
        ("import mlflow\nmlflow.get_run('your-run-id-01')", False),
        ("import mlflow\nmlflow.get_run('run_2024_01')", False),
        ("import mlflow\nmlflow.get_run('abc123def456')", False),
        ("import mlflow\nmlflow.get_run(run_id='latest-run')", False),
        ("import mlflow\nmlflow.get_experiment('n5rt-lafm-0dkn-uw2t')", False),
        ("f({'run_id': 'plucky_yam_9d3kq7'})", False),
        ("f({'project_id': 'sccl-5z6v-2tin-wtn1'})", False),
    ],
)
def test_run_ids(text: str, found: bool) -> None:
    """32 hexadecimal digits that reach MLflow, or a name or address that says that they are a run's."""
    assert bool(run_ids(analysed({"a.py": text}))) is found


def test_run_ids_in_notebooks_know_their_cell() -> None:
    """Of assigned literals, on later lines too, of arguments and of defaults."""
    text = notebook(
        "import mlflow", f"\nrun_id = '{ID}'", f"mlflow.get_run('{ID}')", f"def f(run_id='{ID}'):\n    pass",
        f"run_ids = [\n    '{ID}',\n]",
    )  # fmt: skip
    assert sorted(at(run_ids(analysed({"n.ipynb": text})))) == [(1, 2), (2, 1), (3, 1), (4, 2)]


def test_two_cells_with_a_literal_on_the_same_line() -> None:
    """Each is told with its own cell."""
    text = notebook(f"run_id = '{ID}'", f"run_id = '{ID}'")
    assert at(run_ids(analysed({"n.ipynb": text}))) == [(0, 1), (1, 1)]


@pytest.mark.parametrize(
    "code",
    [
        GIVEN + "uri = f'runs:/{ModelID}/model'\n",
        GIVEN + "mlflow.pyfunc.load_model(f'runs:/{ModelID}/{name}')\n",
        GIVEN + "mlflow.pyfunc.load_model('runs:/{}/model'.format(ModelID))\n",
        GIVEN + "uri = 'runs:/{a}/{b}'.format(b=name, a=ModelID)\n",
        GIVEN + "mlflow.pyfunc.load_model('runs:/' + ModelID + '/model')\n",
        GIVEN + "uri = 'runs:/%s/model' % ModelID\n",
        GIVEN + "uri = 'mlruns/0/%s/artifacts/%s' % (ModelID, name)\n",
        GIVEN + "mlflow.get_run(ModelID)\n",
        GIVEN + "def f():\n    return mlflow.MlflowClient().get_run(run_id=ModelID)\n",
        f"import mlflow\nmlflow.pyfunc.load_model('models:/m-{ID}')\n",
        f"import mlflow\nmlflow.get_logged_model('m-{ID}')\n",
        f"model_id = 'm-{ID}'\n",
        f"config = {{'run_id': '{ID}'}}\n",
        f"load('runs:/{ID}/{{}}'.format(name))\n",
    ],
)
def test_ids_that_are_put_into_addresses(code: str) -> None:
    """By a name, however the address is put together; ids of logged models are ids, too."""
    assert len(set(run_ids(analysed({"a.py": code})))) == 1


@pytest.mark.parametrize(
    "code",
    [
        GIVEN + "print(f'model {ModelID}')\n",
        GIVEN + "uri = f'https://example.org/{ModelID}'\n",
        GIVEN + "uri = f'runs:/{other}/{ModelID}'\n",
        GIVEN + "ModelID = find()\nuri = f'runs:/{ModelID}/model'\n",
        GIVEN + "mlflow.log_param('hash', ModelID)\n",
        "import mlflow\nuri = 'models:/churn/1'\n",
        "import mlflow\nuri = f'models:/{name}/Production'\n",
        f"config = {{'hash': '{ID}'}}\n",
    ],
)
def test_what_is_no_id_of_a_run(code: str) -> None:
    """A name that holds something else by then, another place in the address, another address."""
    assert run_ids(analysed({"a.py": code})) == []


@pytest.mark.parametrize(
    "code",
    [
        f"class C:\n    model_run = '{ID}'\nu = f'runs:/{{C.model_run}}/model'\n",
        f"class S:\n  def __init__(self):\n    self.r = '{ID}'\n  def f(self):\n    g(f'runs:/{{self.r}}/m')\n",
        f"c = {{'id': '{ID}'}}\nload('runs:/' + c['id'] + '/model')\n",
        f"import os\nload(os.path.join('runs:/', '{ID}', 'model'))\n",
        f"load('/'.join(['runs:', '{ID}', 'model']))\n",
        f"def f(r):\n    return load(f'runs:/{{r}}/model')\nf('{ID}')\n",
        f"for r in ['{ID}']:\n    load(f'runs:/{{r}}/model')\n",
        f"R = {{'a': '{ID}'}}\nfor n, r in R.items():\n    mlflow.get_run(r)\n",
        f"p.add_argument('--run-id', default='{ID}')\n",
        f"import click\n@click.option('--run-id', default='{ID}')\ndef f(run_id): pass\n",
        f"import typer\ndef f(run_id: str = typer.Option('{ID}')): pass\n",
        f"import os\nr = os.getenv('RUN_ID', '{ID}')\n",
        f"PARENT = '{ID}'\nmlflow.start_run(nested=True, parent_run_id=PARENT)\n",
        f"best_run = '{ID}'\n",
        f"load('s3://bucket/1/{ID}/artifacts/model')\n",
        f"load('mlflow-artifacts:/1/{ID}/artifacts/model')\n",
        f"mlflow.search_runs(filter_string=\"attributes.run_id = '{ID}'\")\n",
    ],
)
def test_ids_however_they_reach_an_address(code: str) -> None:
    """By attributes, entries, joined paths, loops, options, and stores of any kind."""
    assert len(run_ids(analysed({"a.py": "import mlflow\n" + code}))) == 1


@pytest.mark.parametrize(
    "code",
    [
        f"mlflow.set_tag('commit', '{ID}')\n",
        f"mlflow.log_params({{'checksum': '{ID}'}})\n",
        f"mlflow.log_metric('{ID}', 1.0)\n",
        f"mlflow.set_experiment(experiment_id='{ID}')\n",
        f"run_hash = '{ID}'\n",
        f"h = '{ID}'\nload(f's3://bucket/{{h}}/model')\n",
        f"def f(r):\n    return load(f'runs:/{{r}}/model')\nf(run.info.run_id)\nx = '{ID}'\n",
    ],
)
def test_other_digits_that_mlflow_is_given(code: str) -> None:
    """What is logged, the id of an experiment, a digest."""
    assert run_ids(analysed({"a.py": "import mlflow\n" + code})) == []
