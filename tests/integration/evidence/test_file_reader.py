"""MLflow's file stores are read as MLflow reads them, without it, and left as they are."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric

from bis.errors import RunNotFound, StoreUnavailable
from bis.evidence.file_reader import FileReader
from bis.evidence.store import EvidenceStore
from bis.evidence.tracking_reader import ClientReader
from bis.model.stored_runs import RunFilter
from tests.unit.sessions import clean_environ

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """MLflow's own client of a file store."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return MlflowClient(str(tmp_path / "runs a"))


@pytest.fixture
def reader(client: MlflowClient, tmp_path: Path) -> FileReader:
    """A reader of the same store."""
    return FileReader(tmp_path / "runs a")


def test_a_run_is_read_as_mlflow_reads_it(client: MlflowClient, reader: FileReader) -> None:
    """All of it: params, tags, datasets, names with slashes, and curves with equal steps, infinities and NaN."""
    run_id = client.create_run("0", run_name="näme", tags={"a": "1\n2", "mlflow.source.name": "x.py"}).info.run_id
    points = [(0.5, 3, 0), (0.25, 1, 0), (math.inf, 4, 1), (-math.inf, 5, 2), (math.nan, 6, 3), (0.5, 3, 9)]
    client.log_batch(run_id, metrics=[Metric("val/loss", v, at, step) for v, at, step in points])
    client.log_metric(run_id, "other", 1e-300)
    client.log_param(run_id, "lr", "0.1")
    given = DatasetInput(Dataset("here", "1" * 8, "local", "{'uri': 'x'}"), [InputTag("mlflow.data.context", "eval")])
    client.log_inputs(run_id, [given])
    client.set_terminated(run_id, "FAILED")
    theirs = ClientReader(client)
    assert reader.run(run_id) == theirs.run(run_id)
    assert reader.run(run_id).metrics == {"other": 1e-300, "val/loss": 0.5}
    assert reader.history(run_id, "val/loss") == theirs.history(run_id, "val/loss")
    assert reader.history(run_id, "absent").steps == ()
    (listed,) = reader.page(RunFilter(), limit=5, metrics=True).runs
    assert listed == theirs.page(RunFilter(), limit=5, metrics=True).runs[0]


def test_listings_are_those_of_mlflow(client: MlflowClient, reader: FileReader) -> None:
    """By experiment, tag, prefix and page; without replays, deleted runs and those of deleted experiments."""
    other, gone = client.create_experiment("other"), client.create_experiment("gone")
    runs = [client.create_run("0", start_time=t, tags={"bis.verdict": "bitwise"}).info.run_id for t in (3000, 9000)]
    replay = client.create_run("0", start_time=10000, tags={"bis.replay.of": runs[0]}).info.run_id
    elsewhere = client.create_run(other, start_time=5000).info.run_id
    deleted, buried = client.create_run("0").info.run_id, client.create_run(gone).info.run_id
    client.delete_run(deleted)
    client.delete_experiment(gone)
    theirs = ClientReader(client)
    for wanted in (
        RunFilter(),
        RunFilter(experiment="other"),
        RunFilter(experiment_id="0", replays=True),
        RunFilter(tags={"bis.verdict": "bitwise"}),
        RunFilter(prefix=runs[1][:7]),
        RunFilter(replay_of=runs[0]),
    ):
        assert reader.page(wanted, limit=9).runs == theirs.page(wanted, limit=9).runs, wanted
    first = reader.page(RunFilter(), limit=2)
    assert [r.run_id for r in first.runs] == [runs[1], elsewhere]
    assert [r.run_id for r in reader.page(RunFilter(), limit=2, token=first.token).runs] == [runs[0]]
    assert [r.run_id for r in reader.page(RunFilter(replay_of=runs[0]), limit=1).runs] == [replay]
    assert {reader.run(deleted).run_id, reader.run(buried).run_id} == {deleted, buried}
    with pytest.raises(RunNotFound, match="does not exist"):
        reader.run("0" * 32)


def test_reading_loads_no_mlflow_and_makes_no_folder(client: MlflowClient, tmp_path: Path) -> None:
    """Its import takes seconds; and the variable that allows file stores is not needed."""
    run_id = client.create_run("0").info.run_id
    code = (
        "import sys, pathlib\nfrom bis.errors import RunNotFound\nfrom bis.evidence.store import EvidenceStore\n"
        f"store = EvidenceStore('runs a')\nassert store.find('last') == {run_id!r}\n"
        f"assert store.read({run_id!r}).status == 'RUNNING'\n"
        "assert EvidenceStore('runs b').runs() == ()\n"
        "print('mlflow' in sys.modules, sorted(p.name for p in pathlib.Path('.').iterdir()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=clean_environ(), capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("False ['runs a']\n", "")


@pytest.mark.parametrize("text", ["{", "- a\n", ""])
def test_a_damaged_file_is_named(client: MlflowClient, tmp_path: Path, text: str) -> None:
    """The hint speaks of files."""
    run_id = client.create_run("0").info.run_id
    path = tmp_path / "runs a" / "0" / run_id / "meta.yaml"
    path.write_text(text)
    with pytest.raises(StoreUnavailable, match=r"meta\.yaml") as raised:
        EvidenceStore(str(tmp_path / "runs a")).find("last")
    assert "server" not in (raised.value.hint or "")


_ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("start_time: 1", f"start_time: {'9' * 400}1", "start_time: expected milliseconds since 1970, found int"),
        ("start_time: 1", "start_time: -1", "start_time: expected milliseconds"),
        ("start_time: 1700", "start_time: .inf #", "start_time: expected milliseconds since 1970, found inf"),
        ("start_time: 1700", "start_time: .nan #", "found nan"),
        ("start_time: 1700", "start_time: [1] #", "start_time: expected milliseconds since 1970, found list"),
        ("run_name: ", f"{_ALIASES}run_name: *a8 #", "run_name: expected a text, found list"),
        ("run_name: ", "run_name: {a: 1} #", "run_name: expected a text, found dict"),
        ("status: 1", "status: [1]", "status: expected a text, found list"),
    ],
)
def test_an_odd_value_is_named(client: MlflowClient, reader: FileReader, old: str, new: str, said: str) -> None:
    """With its file; aliases are not written out, which would take more memory than there is."""
    run_id = client.create_run("0", start_time=1700, run_name="x").info.run_id
    path = next(reader._root.glob(f"*/{run_id}/meta.yaml"))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    for read in (lambda: reader.run(run_id), lambda: reader.page(RunFilter(), limit=5)):
        with pytest.raises(OSError, match=re.escape(said)) as raised:
            read()
        assert str(path) in str(raised.value)
