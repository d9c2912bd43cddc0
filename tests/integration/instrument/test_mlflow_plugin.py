"""MLflow's door to bis: whatever happens behind it, ``import mlflow`` works and users get their stores."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from bis.evidence.spool import read_events, read_session
from bis.model.record import Mode
from tests.unit.sessions import clean_environ, sessions

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = "from mlflow import MlflowClient\nclient = MlflowClient({uri!r})\nrun = client.create_run('0')\n"


def python(project: Path, code: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program with MLflow."""
    (project / "program.py").write_text(code)
    return subprocess.run(
        [sys.executable, *options, "program.py"],
        cwd=project,
        env=clean_environ(**{"BIS_WAIT": "1", **variables}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_built_in_scheme_has_its_door() -> None:
    """A scheme of MLflow's own that is missing would be neither seen nor quarantined."""
    from mlflow.tracking._tracking_service import utils

    ours = {p.name for p in metadata.entry_points(group="mlflow.tracking_store") if p.value.startswith("bis.")}
    builtin = {s for s in utils._tracking_store_registry._registry if s and "+" not in s}
    assert builtin - ours - {"", "databricks-uc", "uc"} == set()


def test_a_run_is_recorded_and_the_store_is_mlflows_own(project: Path, home: Path, store_uri: str) -> None:
    """Type and behaviour of the store are as without bis; the spool has the run."""
    code = BEGIN.format(uri=store_uri) + (
        "from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore\n"
        "store = client._tracking_client.store\nassert isinstance(store, SqlAlchemyStore)\n"
        "assert type(store).__name__ == 'SqlAlchemyStore'\nclient.set_terminated(run.info.run_id)\n"
    )
    done = python(project, code)
    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = sessions(home)
    assert read_session(folder).mode is Mode.AMBIENT
    assert [e["how"] for e in read_events(folder) if e["k"] == "run"] == ["created"]


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        ("~no-such-user/bis", "recording could not start"),
        ("/proc/no/such/place", "recording of"),
    ],
)
def test_a_home_that_cannot_be_used_costs_the_recording_only(
    project: Path, store_uri: str, break_it: str, said: str
) -> None:
    """The run is made, the program ends as ever, and one line says what happened."""
    code = BEGIN.format(uri=store_uri) + (
        "client.log_metric(run.info.run_id, 'a', 1.0)\nclient.log_metric(run.info.run_id, 'a', 2.0, step=1)\n"
        "print(client.get_run(run.info.run_id).data.metrics)\n"
    )
    done = python(project, code, BIS_HOME=break_it)
    assert (done.returncode, done.stdout) == (0, "{'a': 2.0}\n")
    (line,) = done.stderr.splitlines()
    assert said in line


def test_faulty_settings_cost_the_code_facet_only(project: Path, home: Path, store_uri: str) -> None:
    """A mistake in [tool.bis] does not lose the run."""
    (project / "pyproject.toml").write_text("[tool.bis]\nno-such-key = 1\n")
    done = python(project, BEGIN.format(uri=store_uri))
    assert done.returncode == 0
    assert "no-such-key" in done.stderr
    (folder,) = sessions(home)
    assert [e["how"] for e in read_events(folder) if e["k"] == "run"] == ["created"]


@pytest.mark.parametrize("variables", [{"BIS_RECORD": "0"}, {"_MLFLOW_SERVER_FILE_STORE": "x"}])
def test_it_can_be_switched_off(project: Path, home: Path, variables: dict[str, str]) -> None:
    """Nothing is watched where the user says so, and in the processes of a server."""
    code = (
        "import mlflow.tracking._tracking_service.utils, json, sys\nfrom bis.instrument.bootstrap import active\n"
        "print(json.dumps([active() is None]))"
    )
    done = python(project, code, **variables)
    assert json.loads(done.stdout) == [True]
    assert not home.exists()


def test_a_forked_copy_stores_nothing(project: Path, home: Path, store_uri: str) -> None:
    """A child that leaves through sys.exit does not store the session of the program, which still runs."""
    code = BEGIN.format(uri=store_uri) + (
        "import os, sys, time\nfrom pathlib import Path\npid = os.fork()\nif pid == 0:\n    sys.exit(0)\n"
        "os.waitpid(pid, 0)\nfrom bis.instrument.bootstrap import active\n"
        "print(sorted(p.name for p in Path(active().session.spool).iterdir() if 'stor' in p.name))"
    )
    done = python(project, code, BIS_WAIT="0")
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_plain_path_is_observed_and_noted_as_an_absolute_one(project: Path, home: Path) -> None:
    """Its scheme is empty, for which there is no entry point; MLflow takes a tilde for a name like any other."""
    names = {"a": "./runs_a", "b": "runs b", "c": "~/runs"}
    code = "".join(
        BEGIN.format(uri=name) + f"client.log_metric(run.info.run_id, {key!r}, 1.0)\n"
        "from mlflow.store.tracking.file_store import FileStore\n"
        "assert isinstance(client._tracking_client.store, FileStore)\n"
        for key, name in names.items()
    )
    done = python(project, code, MLFLOW_ALLOW_FILE_STORE="true")
    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = sessions(home)
    events = list(read_events(folder))
    assert [e["uri"] for e in events if e["k"] == "run"] == [str(project / name) for name in names.values()]
    assert [e["key"] for e in events if e["k"] == "metric"] == list(names)


def test_stores_of_other_plug_ins_are_observed(project: Path, home: Path, store_uri: str) -> None:
    """Their schemes are not known beforehand."""
    code = (
        "from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore\n"
        "from mlflow.tracking._tracking_service import utils\n"
        f"build = lambda store_uri, artifact_uri=None: SqlAlchemyStore({store_uri!r}, 'artifacts')\n"
        "utils._tracking_store_registry.register('mine', build)\n"
    )
    done = python(project, code + BEGIN.format(uri="mine://me:s3cr3t@host/x"), BIS_WAIT="0")
    assert (done.returncode, done.stderr) == (0, "")
    (folder,) = sessions(home)
    assert [e["uri"] for e in read_events(folder) if e["k"] == "run"] == ["mine://host/x"]
