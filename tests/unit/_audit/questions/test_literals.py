"""Literals that hold in one place only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.questions.literals import absolute_paths, absolute_paths_with_text, rest_calls, run_ids, tracking_uris
from tests.unit._audit.small_projects import analysed, notebook

if TYPE_CHECKING:
    from bis.model.project_audit import Place

ID = "0123456789abcdef" * 2


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
        (f"import mlflow\nmlflow.log_param('hash', '{ID}x')", False),
        (f"key = '{ID}'", False),
        (f"f('{ID}')", False),
        (f"run_id = '{ID.upper()}'", False),
        (f"run_id = '{ID[:-1]}'", False),
        ("import mlflow\nmlflow.start_run(run_id=run_id)", False),
        (f"# run_id = '{ID}'\nf()", False),
        (f"'''run_id = '{ID}' '''", False),
        (f"f('https://example.org/{ID}')", False),
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
        ("f(f'/home/{user}/x.csv')", False),
        ("f(f'{root}/home/me/x.csv')", False),
    ],
)
def test_absolute_paths(text: str, found: bool) -> None:
    """Of a person's folder, a drive, a mounted disk; not addresses, patterns and what every machine has."""
    assert bool(absolute_paths(analysed({"a.py": text}))) is found


def test_paths_in_tests_are_made_up() -> None:
    """A path that a test hands to a function need not be there."""
    assert absolute_paths(analysed({"tests/test_a.py": "f('/home/me/data.csv')"})) == []


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
    assert [address for _module, _call, address in found] == ([uri] if uri else [])


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
