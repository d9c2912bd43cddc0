"""Replays on a real Dask scheduler, whose workers are other processes and have no folder in common with the client."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bis
from bis._replay.campaign import campaign
from bis._replay.cluster_executor import cluster_executor
from bis._replay.inputs import keep_source
from bis.errors import ExecutionError
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.digests import digest_file
from bis.model.plan import DataPlacement
from tests.integration.dask_processes import address_in, command, processes, scheduler_with
from tests.unit._replay.prepared_runs import exact, prepared_run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from bis._replay.prepare import Prepared
    from bis.model.verdict import Outcome

PROGRAM = "import random, time\nprint(open('table.csv').read(), random.random())\ntime.sleep(0.3)\n"


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A run of a script that reads a file; the file lies where only this process looks, below its current folder."""
    pytest.importorskip("distributed")
    made = prepared_run(tmp_path, monkeypatch)
    archive = tmp_path / "program.tar.gz"
    archive.write_bytes(pack([ArchiveEntry("train.py", PROGRAM.encode())]).content)
    source = keep_source(archive, home=tmp_path / "home")
    here = tmp_path / "client"
    here.mkdir()
    monkeypatch.chdir(here)
    Path("table.csv").write_text("1,2,3", encoding="utf-8")
    file = digest_file("table.csv")
    plan = replace(made.plan, data=(DataPlacement(file, "table.csv", "table.csv"),))
    return replace(made, plan=plan, inputs=replace(made.inputs, source=source))


class Cluster:
    """A scheduler, and workers that are elsewhere: each has a folder of its own for everything, and another user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = ExitStack()
        self.file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:  # noqa: PYI034 (Self is typing's from 3.11 on)
        (self.scheduler,) = self._held.enter_context(processes(scheduler_with(self.file), cwd=self._folder))
        self.address = address_in(self.file)
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def add_worker(self, name: str) -> Path:
        """Start one; returns the folder that it keeps things in."""
        own = self._folder / name
        for place in ("cwd", "tmp", "user"):
            (own / place).mkdir(parents=True)
        worker = command("worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        self.workers += self._held.enter_context(
            processes(
                worker,
                cwd=own / "cwd",
                BIS_HOME=str(own / "bis"),
                HOME=str(own / "user"),
                TMPDIR=str(own / "tmp"),
                LOGNAME=name,
                PYTHONPATH=str(Path(bis.__file__).parents[1]),
            )
        )
        return own / "bis"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Without workers for now."""
    with Cluster(tmp_path) as made:
        yield made


class KillAfter:
    """A sink that kills a worker once it has some outcomes."""

    def __init__(self, worker: subprocess.Popen[bytes], count: int) -> None:
        self.outcomes: list[Outcome] = []
        self._worker = worker
        self._count = count

    def __call__(self, outcome: Outcome) -> Outcome:
        """Keep it."""
        self.outcomes.append(outcome)
        if len(self.outcomes) == self._count:
            self._worker.send_signal(signal.SIGKILL)
        return outcome


@pytest.mark.slow
def test_what_workers_lack_is_sent_and_a_lost_worker_loses_no_replay(prepared: Prepared, cluster: Cluster) -> None:
    """Source and data travel by digest to workers without any folder of ours; one is killed, all replays come."""
    with pytest.raises(ExecutionError, match="has no workers"), cluster_executor(cluster.address, timeout_s=1):
        pass
    homes = [cluster.add_worker(name) for name in ("first", "second")]
    with cluster_executor(str(cluster.file), timeout_s=60) as executor:
        while executor.slots < len(homes):
            time.sleep(0.05)
        sink = KillAfter(cluster.workers[0], 3)
        outcomes = campaign(prepared, exact(prepared, 7), executor=executor, sink=sink, at_once=4)
        assert cluster.workers[0].wait(10) == -signal.SIGKILL
        assert sorted(o.index for o in outcomes) == list(range(7))
        assert [o.failure for o in outcomes] == [None] * 7
        assert len({o.outputs.stdout for o in outcomes if o.outputs}) == 1
        names = {f"{prepared.inputs.source}.tar.gz", f"{prepared.plan.data[0].file.digest}.data"}
        assert [{p.name for p in (home / "sources").iterdir()} for home in homes] == [names, names]

        cluster.scheduler.kill()
        with pytest.raises(ExecutionError, match="scheduler of the cluster has gone"):
            campaign(prepared, exact(prepared, 1), executor=executor)


@pytest.mark.slow
def test_a_file_that_has_changed_is_not_sent_for_another(prepared: Prepared, cluster: Cluster) -> None:
    """What arrives must have the digest that was recorded."""
    cluster.add_worker("first")
    Path("table.csv").write_text("4,5,6", encoding="utf-8")
    with (
        cluster_executor(cluster.address, timeout_s=60) as executor,
        pytest.raises(ExecutionError, match=r"cannot keep table\.csv.*has changed"),
    ):
        campaign(prepared, exact(prepared, 1), executor=executor)
