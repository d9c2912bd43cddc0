"""What is logged by MLflow's REST interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from bis._audit.questions.rest_logging import logged_by_rest
from tests.unit._audit.small_projects import script, write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import httpx, requests\nfrom urllib.request import Request, urlopen\nurl = 'http://localhost:5000'\n"
API = "{url}/api/2.0/mlflow/runs/"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"requests.post(f'{API}log-metric', json=data)", ("metric",)),
        (f"requests.post(url=f'{API}log-parameter', json=data)", ("param",)),
        ("requests.request('POST', url + '/api/2.0/preview/mlflow/runs/set-tag', json=data)", ("tag",)),
        (f"session = requests.Session()\nsession.post(f'{API}log-metric', json=data)", ("metric",)),
        (f"end = f'{API}log-metric'\nhttpx.post(end, json=data)", ("metric",)),
        (f"urlopen(Request(f'{API}log-metric', data=data))", ("metric",)),
        (f"requests.post(f'{API}log-batch', json={{'run_id': i, 'params': p}})", ("param",)),
        (f"data = {{'metrics': m, 'tags': t}}\nrequests.post(f'{API}log-batch', json=data)", ("metric", "tag")),
        (f"requests.post(f'{API}log-batch', json=make())", ("metric", "param")),
        (f"requests.post(f'{API}create', json=data)", None),
        (f"requests.get(f'{API}search')", None),
        ("requests.post('https://example.org/runs/log-metric', json=data)", None),
        (f"send.post(f'{API}log-metric')", None),
        ("base = url + '/api/2.0/mlflow'\nrequests.post(base + '/runs/log-metric', json=data)", ("metric",)),
        ("base = f'{url}/api/2.0'\nend = f'{base}/mlflow/runs/set-tag'\nrequests.post(end, json=data)", ("tag",)),
        ("root = f'{url}/api/2.0'\nrequests.post(root + '/jobs/runs/log-metric', json=data)", None),
        (
            (
                "class C:\n    def __init__(self, host, port=5000):\n"
                "        self.base = 'http://' + host + ':' + str(port) + '/api/2.0/preview/mlflow'\n"
                "    def log(self, data):\n        end = self.base + '/runs/log-parameter'\n"
                "        requests.post(end, json=data)"
            ),
            ("param",),
        ),
    ],
)
def test_kinds(text: str, kinds: tuple[str, ...] | None) -> None:
    """By the end of the address and by the keys of a batch; reading, other services and unknown senders log nothing."""
    assert [found for _index, found in logged_by_rest(script(HEAD + text + "\n"))] == [kinds] * (kinds is not None)


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("requests.get(url + '/api/2.0/preview/mlflow/experiments/list')", ("rest",)),
        ("base = f'{url}/api/2.0'\nrequests.get(f'{base}/mlflow/runs/get', params=which)", ("rest",)),
        ("base = f'{url}/api/2.0'\nrequests.get(f'{base}/clusters/get', params=which)", ()),
    ],
)
def test_reading_by_rest_is_a_door(text: str, via: tuple[str, ...], tmp_path: Path) -> None:
    """Also in the interface's first form, and where its address is put together; other services are none."""
    assert audit_project(write(tmp_path, {"a.py": HEAD + text}), "p").facts["via"].value == via


def test_a_program_that_logs_by_rest_is_tracked(tmp_path: Path) -> None:
    """Its parameters are logged, by the door of REST; beside another that uses MLflow it is no untracked one."""
    fit = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"
    post = f"requests.post(f'{API}log-parameter', json=data)\nrequests.post(f'{API}log-metric', json=data)\n"
    audit = audit_project(write(tmp_path / "one", {"a.py": HEAD + fit + post}), "p", Options(select=("BIS101",)))
    assert (audit.facts["logs_params"].value, audit.facts["via"].value) == ("yes", ("rest",))
    assert audit.findings == ()
    other = "import mlflow\nmlflow.sklearn.autolog()\n" + fit
    for name, text, count in (("two", HEAD + fit + post, 0), ("three", HEAD + fit, 1)):
        files = {"a.py": text, "b.py": other}
        assert len(audit_project(write(tmp_path / name, files), "p", Options(select=("BIS106",))).findings) == count
