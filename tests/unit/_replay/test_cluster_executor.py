"""What a worker answers decides what the client of a cluster does next; real clusters are in the integration tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bis._replay.cluster_executor import ClusterExecutor, Lacking, chosen_executor
from bis._replay.executors import CallingThread
from bis._replay.travelling_inputs import NamedInput
from bis.errors import ExecutionError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("distributed")


class Answered:
    """A future that is done."""

    status = "finished"

    def __init__(self, value: Any) -> None:
        self._value = value

    def result(self, timeout: float) -> Any:
        """The value."""
        del timeout
        return self._value


class Cluster:
    """A client whose workers give these answers, one after the other, and keep what they are sent."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []
        self.pieces: list[Any] = []

    def nthreads(self) -> dict[str, int]:
        """Two workers."""
        return {"tcp://a": 1, "tcp://b": 2}

    def submit(self, *_arguments: Any, workers: list[str] | None, allow_other_workers: bool, pure: bool) -> Answered:
        """The next answer; the last one again and again."""
        assert not pure
        assert allow_other_workers == bool(workers)
        self.asked.append(workers)
        return Answered(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    def run(self, _function: Any, piece: Any, *, workers: list[str], on_error: str) -> dict[str, str]:
        """Take a piece."""
        assert on_error == "return"
        self.pieces.append(piece)
        return {workers[0]: ""}

    def cancel(self, futures: list[Any]) -> None:
        """Nothing is under way."""
        assert futures == []


def executor(cluster: Cluster, home: Path) -> ClusterExecutor:
    """On that cluster, with an input that can be sent."""
    (home / "sources").mkdir()
    (home / "sources" / "ab.tar.gz").write_bytes(b"source")
    return ClusterExecutor(cluster, home=home)


def test_a_worker_that_lacks_an_input_is_sent_it_and_asked_again(tmp_path: Path) -> None:
    """The same worker, as long as it lives."""
    cluster = Cluster(Lacking("tcp://a", (NamedInput("ab", ".tar.gz", 0),)), 7)
    made = executor(cluster, tmp_path)
    assert made.submit(len, "x").result(10) == 7
    assert cluster.asked == [None, ["tcp://a"]]
    assert [(p.digest, p.content, p.is_last) for p in cluster.pieces] == [("ab", b"source", True)]
    assert made.slots == 3
    made.shutdown(cancel_futures=True)


def test_a_worker_that_keeps_losing_its_inputs_ends_it(tmp_path: Path) -> None:
    """Nothing goes on for ever."""
    made = executor(Cluster(Lacking("tcp://a", (NamedInput("ab", ".tar.gz", 0),))), tmp_path)
    with pytest.raises(ExecutionError, match="keep losing what they are sent"):
        made.submit(len, "x").result(20)


def test_a_worker_with_another_version_is_named(tmp_path: Path) -> None:
    """With what to install there."""
    made = executor(Cluster(Lacking("tcp://a", version="9.9")), tmp_path)
    with pytest.raises(ExecutionError, match=r"worker tcp://a has bis 9\.9; this machine has") as raised:
        made.submit(len, "x").result(10)
    assert "pip install bis==" in (raised.value.hint or "")


def test_jobs_have_no_keywords(tmp_path: Path) -> None:
    """What a worker runs is a function and its arguments."""
    with pytest.raises(TypeError, match="no keywords, got key"):
        executor(Cluster(1), tmp_path).submit(sorted, [1], key=None)


def test_what_a_caller_chose_runs_the_replays() -> None:
    """One at a time by default; a cluster and an executor are too much."""
    given = CallingThread()
    with chosen_executor(None, None, None) as chosen:
        assert chosen == (None, 1)
    with chosen_executor(None, given, 4) as chosen:
        assert chosen == (given, 4)
    with pytest.raises(UsageError, match="a cluster and an executor"), chosen_executor("tcp://x", given, None):
        pass
