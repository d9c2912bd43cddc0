"""Audits on a real Dask scheduler with workers in other processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis.corpus.audits.audit_outcomes import AUDIT_RESULTS, audit_of, failure_of
from bis.corpus.cluster import Batch, run_batch, run_on_cluster
from bis.corpus.corpus_run import run_corpus
from bis.corpus.projects import ProjectSource
from bis.errors import ExecutionError
from tests.integration.dask_processes import address_in, command, processes, scheduler_with
from tests.unit.corpus.auditors import Notebook, audit_as_told, audit_text, make_projects
from tests.unit.corpus.repositories import make_repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bis.model.progress import Step, Task


class Killer(Notebook):
    """Kills a process after some projects."""

    def __init__(self, process: subprocess.Popen[bytes], after: int) -> None:
        super().__init__()
        self.process = process
        self.after = after

    def advanced(self, task: Task, step: Step) -> None:
        """Count, and kill when it is time."""
        super().advanced(task, step)
        if len(self.names) == self.after:
            self.process.send_signal(signal.SIGKILL)


def test_a_cluster_that_loses_a_worker_finds_what_this_machine_finds(tmp_path: Path) -> None:
    """Two workers in other processes, one killed on the way: the same results, each once; crashes are told the same."""
    pytest.importorskip("distributed")
    slow = dict.fromkeys(range(60), "slow") | {7: "crash", 11: "raise"}
    sources = make_projects(tmp_path / "p", 60, do=slow)
    first, _second = make_repository(tmp_path / "r", {"a.py": "import mlflow"}, {"a.py": ""})
    sources.append(ProjectSource("r", url=(tmp_path / "r").as_uri(), commit=first))
    local = run_corpus(sources, results=AUDIT_RESULTS, task=audit_as_told, out=tmp_path / "local", workers=2)
    file = tmp_path / "scheduler.json"
    with processes(scheduler_with(file), cwd=tmp_path):
        address = address_in(file)
        worker = command("worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        with processes(worker, worker, cwd=tmp_path) as workers:
            progress = Killer(workers[0], after=12)
            result = run_corpus(
                sources,
                results=AUDIT_RESULTS,
                task=audit_as_told,
                out=tmp_path / "cluster",
                cluster=str(file),
                observer=progress,
            )
            assert workers[0].wait(10) == -signal.SIGKILL
            assert workers[1].poll() is None
    assert (result.done, result.failed) == (61, {"crashed": 2})
    assert sorted(result.results.read_bytes().splitlines()) == sorted(local.results.read_bytes().splitlines())
    assert not (tmp_path / "cluster" / "clones").exists()


def test_a_project_that_takes_its_worker_along_is_given_up(tmp_path: Path) -> None:
    """When workers are lost again and again, the projects of the batch are tried one by one: one is at fault."""
    pytest.importorskip("distributed")
    sources = make_projects(tmp_path / "p", 5, do={4: "lose the machine"})
    file = tmp_path / "scheduler.json"
    with processes(scheduler_with(file), cwd=tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0"):
        address = address_in(file)
        with pytest.raises(ExecutionError, match="has no workers"):
            list(_on(address, tmp_path))
        worker = command("worker", address, "--nthreads", "1", "--no-dashboard")  # its nanny starts another one
        with processes(worker, cwd=tmp_path) as workers:
            found = run_on_cluster(
                iter(sources), task=audit_as_told, scheduler=address, timeout_s=60, clone_timeout_s=60
            )
            outcomes = {o.source.name: audit_of(o) for o in found}
            workers[0].terminate()  # the nanny ends its worker, too
            workers[0].wait(20)
    assert sorted(outcomes) == [s.name for s in sources]
    assert {n: failure_of(a) for n, a in outcomes.items() if failure_of(a)} == {"p004": "crashed"}
    assert "KilledWorker" in outcomes["p004"].problems[0].detail


def test_no_scheduler(tmp_path: Path) -> None:
    """It is said, with what to give; nothing hangs."""
    pytest.importorskip("distributed")
    with pytest.raises(ExecutionError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9") as raised:
        list(_on("tcp://127.0.0.1:9", tmp_path))
    assert "tcp://host:8786" in (raised.value.hint or "")


def test_without_the_extra(tmp_path: Path) -> None:
    """A machine without dask.distributed is told what to install."""
    code = (
        "import sys; from pathlib import Path\n"
        "sys.modules['distributed'] = None; import importlib.util as u\n"
        "from bis.corpus.cluster import run_on_cluster\n"
        "from bis.errors import MissingExtra\n"
        "try: list(run_on_cluster(iter([]), task=print, scheduler='x:1', timeout_s=1, clone_timeout_s=1))\n"
        "except MissingExtra as error: print(error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "Install it with: pip install 'bis[cluster]'", done.stderr


def _on(scheduler: str, folder: Path) -> Iterator[object]:
    sources = make_projects(folder / "q", 1)
    return run_on_cluster(
        iter(sources),
        task=audit_text,
        scheduler=scheduler,
        timeout_s=60,
        clone_timeout_s=60,
        connect_timeout_s=0.5,
    )


def test_a_batch_of_folders_that_a_worker_cannot_see(tmp_path: Path) -> None:
    """The project is told to be missing there, the others are audited."""
    import pickle

    sources = (*make_projects(tmp_path / "p", 2), ProjectSource("far", folder=tmp_path / "far"))
    outcomes = run_batch(Batch(sources, pickle.dumps(audit_text), None, 60.0, 60.0))
    assert {o.source.name: failure_of(audit_of(o)) for o in outcomes} == {"p000": "", "p001": "", "far": "missing"}
    assert "is not visible on" in audit_of(outcomes[0]).problems[0].detail
