"""Events put in order: whose they are, how the program ended, what belongs to which run."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.errors import EvidenceDamaged
from bis.evidence import spool as spool_files
from bis.evidence.spool import write_document
from bis.model.run_identity import RunIdentity
from bis.model.session import Exit
from bis.record.observed_session import (
    failure_of,
    outputs_of,
    parameters_of,
    read_sightings,
    session_run,
    trace_of,
)
from tests.unit.sessions import session_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.record.observed_session import ObservedSession

    Event = tuple[str, dict[str, Any]]

MAIN, CHILD = 100, 200


@pytest.fixture
def spool(project: Path) -> Callable[..., Path]:
    """Make a spool with events of the program and of a child, whose file is the younger one."""

    def make(*main: Event, child: tuple[Event, ...] = (), exit: Exit | None = None) -> Path:  # noqa: A002
        folder = Path(session_of(project).spool)
        began: Event = ("process", {"main": True})
        for pid, events in ((MAIN, (began, *main)), (CHILD, (("process", {"main": False}), *child))):
            lines = [json.dumps({"k": k, "t": i, **facts}) + "\n" for i, (k, facts) in enumerate(events)]
            path = folder / f"events-{pid}.jsonl"
            path.write_text("".join(lines))
            os.utime(path, (time.time() + pid,) * 2)
        if exit is not None:
            write_document(folder / spool_files.EXIT, exit)
        return folder

    return make


def ended(code: int | None = 0, signal: int | None = None, *, timed_out: bool = False, cut: bool = False) -> Exit:
    """An end."""
    return Exit(code, signal, timed_out, 10.0, 1.5, cut)


def raised(kind: str, t: float = 0) -> Event:
    """An uncaught exception."""
    return "exception", {"type": kind, "message": "m", "traceback": "tb", "t": t}


def run(run_id: str, t: float) -> Event:
    """A run that was created."""
    return "run", {"run_id": run_id, "how": "created", "experiment_id": "0", "uri": "u", "ordinal": 0, "t": t}


def metric(run_id: str, step: int, value: float, **more: Any) -> Event:
    """A metric that was logged."""
    return "metric", {"run_id": run_id, "key": "m", "hex": value.hex(), "step": step, "at": step, **more}


def test_the_end_of_a_child_is_not_that_of_the_program(spool: Callable[..., Path]) -> None:
    """Where the launcher was killed with the program, a child that ended well says nothing about it."""
    assert not read_sightings(spool(child=(("end", {}),))).ended
    assert read_sightings(spool(("end", {}))).ended


@pytest.mark.parametrize(
    ("how", "came_to_its_end"),
    [
        (ended(0), True),
        (ended(3), True),
        (ended(None, 9), False),
        (ended(None, 15, timed_out=True), False),
    ],
)
def test_the_launcher_knows_best(spool: Callable[..., Path], how: Exit, came_to_its_end: bool) -> None:
    """What it saw counts, whatever the events say."""
    assert read_sightings(spool(("end", {}), exit=how)).ended is came_to_its_end


@pytest.mark.parametrize(
    ("events", "how", "stage", "words"),
    [
        ((), ended(0), None, ""),
        ((raised("ValueError"),), ended(1), "exception", "ValueError: m"),
        ((raised("ModuleNotFoundError"),), ended(1), "import", "ModuleNotFoundError"),
        ((raised("ValueError"),), ended(0), None, ""),
        ((), ended(2), "exception", "exit status 2"),
        ((), ended(None, 9), "killed", "signal 9"),
        ((raised("ValueError"),), ended(None, 15, timed_out=True), "timeout", "time limit"),
        ((raised("ValueError"),), None, "exception", "ValueError"),
    ],
)
def test_failures_are_told_apart(
    spool: Callable[..., Path], events: tuple[Event, ...], how: Exit | None, stage: str | None, words: str
) -> None:
    """Exceptions, imports, exit statuses, signals and time limits; what a program survived is not a failure."""
    failure = failure_of(read_sightings(spool(*events, exit=how)))
    assert (failure.stage if failure else None) == stage
    assert failure is None or words in failure.message


def test_an_exception_of_a_child_is_not_the_programs(spool: Callable[..., Path]) -> None:
    """The program's own exception is the reason, though the child's was written later."""
    failure = failure_of(read_sightings(spool(raised("ValueError"), child=(raised("OSError", 50),), exit=ended(1))))
    assert failure is not None
    assert failure.message == "ValueError: m"


def test_runs_are_counted_over_all_processes(spool: Callable[..., Path]) -> None:
    """In the order in which they began; a run that a child joined stays its creator's."""
    joined = ("run", {**run("a", 9)[1], "how": "joined"})
    seen = read_sightings(spool(run("a", 1), run("c", 5), child=(joined, run("b", 3))))
    assert [(r.run_id, r.ordinal, r.how) for r in seen.runs] == [
        ("a", 0, "created"),
        ("b", 1, "created"),
        ("c", 2, "created"),
    ]


def outputs(seen: ObservedSession, number: int = 0) -> Any:
    """The outputs of a run."""
    return outputs_of(seen, seen.runs[number])


def test_values_go_to_their_run_in_order_of_logging(spool: Callable[..., Path]) -> None:
    """Points that MLflow logs again for a model count once; equal points that the program logged twice, twice."""
    again = metric("a", 0, 1.0, model="model-1")
    seen = read_sightings(
        spool(run("a", 1), run("b", 2), metric("a", 0, 1.0), again, metric("b", 0, 9.0), metric("a", 0, 1.0))
    )
    (curve,) = outputs(seen).metrics
    assert (curve.steps, curve.values) == ((0, 0), ((1.0).hex(),) * 2)
    assert outputs(seen, 1).metrics[0].final == 9.0


def test_models_without_a_run_belong_to_the_last(spool: Callable[..., Path]) -> None:
    """Logged models go to their run, those that were found at the end to the last one."""
    facts = {"name": "m", "framework": "f", "arrays": 1, "size_bytes": 8}
    seen = read_sightings(
        spool(
            run("a", 1),
            run("b", 2),
            ("model", {**facts, "digest": "1", "run_id": "a"}),
            ("model", {**facts, "digest": "2", "run_id": ""}),
        )
    )
    assert [[m.digest for m in outputs(seen, i).models] for i in (0, 1)] == [["1"], ["2"]]


def test_output_that_was_cut_makes_the_facet_partial(spool: Callable[..., Path]) -> None:
    """What was not kept is said to be missing."""
    folder = spool(exit=ended(0, cut=True))
    (folder / spool_files.STDOUT).write_bytes(b"one\r\ntwo\xff")
    found = outputs_of(read_sightings(folder), None, redact=str.upper)
    assert found.stdout == "ONE\nTWO\ufffd"
    assert found.status.value == "partial"
    assert any("first part" in r for r in found.reasons)


def test_draws_are_named_by_process(spool: Callable[..., Path]) -> None:
    """The program's own streams by their name, those of children behind their key."""

    def trace(key: str) -> Event:
        return "entropy", {"trace": {"key": key, "streams": {"numpy": {"digest": key * 2, "draws": 3}}}}

    digests, draws = trace_of(
        read_sightings(spool(trace("main"), child=(trace("main/1"), ("entropy", {"trace": None}))))
    )
    assert digests == {"numpy": "mainmain", "main/1/numpy": "main/1main/1"}
    assert draws == {"numpy": 3, "main/1/numpy": 3}


def test_damage_is_explained(spool: Callable[..., Path]) -> None:
    """A notebook report or an exit that was cut off is named; a spool without its session is an error."""
    folder = spool()
    for name in (spool_files.NOTEBOOK_RESULT, spool_files.EXIT):
        (folder / name).write_text("{")
    seen = read_sightings(folder)
    assert set(seen.unread) == {spool_files.NOTEBOOK_RESULT, spool_files.EXIT}
    assert (seen.notebook, seen.exit) == (None, None)
    (folder / spool_files.SESSION).unlink()
    with pytest.raises(EvidenceDamaged, match="is missing"):
        read_sightings(folder)


def test_batches_that_mlflow_could_not_log_are_not_in_the_record(spool: Callable[..., Path]) -> None:
    """Those of the same number in another process are."""
    queued = metric("a", 0, 1.0, queued=0), metric("a", 1, 2.0, queued=1)
    param = "param", {"run_id": "a", "key": "p", "value": "1", "queued": 1}
    seen = read_sightings(
        spool(
            run("a", 1), *queued, param, ("unlogged", {"queued": 1, "why": "x"}), child=(metric("a", 2, 3.0, queued=1),)
        )
    )
    (curve,) = outputs(seen).metrics
    assert curve.steps == (0, 2)
    assert parameters_of(seen, seen.runs[0]) == {}


def test_runs_are_known_by_what_the_program_gave_them(spool: Callable[..., Path]) -> None:
    """Names, parents and tags, the last of each; params; what was logged to the run, and nothing of another one."""
    model = {"name": "m", "framework": "torch", "digest": "1", "arrays": 1, "size_bytes": 8, "named": False}
    seen = read_sightings(
        spool(
            ("run", {**run("a", 1.0)[1], "name": "old-cat-1", "named": False}),
            ("run", {**run("b", 2.0)[1], "name": "n", "named": True, "parent": "a", "tags": {"fold": "1"}}),
            ("tag", {"run_id": "a", "tags": {"mlflow.runName": "mine", "x": "1"}}),
            ("tag", {"run_id": "b", "tags": {"fold": "2"}}),
            ("tag", {"run_id": "unseen", "tags": {"fold": "2"}}),
            ("param", {"run_id": "b", "key": "k", "value": "secret"}),
            metric("a", 0, 1.0),
            metric("b", 0, 2.0),
            ("model", {**model, "run_id": "b"}),
            ("model", {**model, "run_id": "", "digest": "2"}),
        )
    )
    first, second = (session_run(seen, one, redact=str.upper) for one in seen.runs)
    assert (first.identity.name, first.identity.named, first.identity.tags) == ("MINE", True, {"x": "1"})
    assert second.identity == RunIdentity("b", 1, "N", True, "a", {"k": "SECRET"}, {"fold": "2"})
    assert [c.final for c in second.outputs.metrics] == [2.0]
    assert [(m.digest, m.named) for m in second.outputs.models] == [("1", False)]
    assert first.outputs.models == ()
    assert [m.digest for m in outputs_of(seen, None).models] == ["2"]


@pytest.mark.parametrize(
    ("numbers", "lost"),
    [
        ([0, 1, 2], 0),
        ([0, 2, 1], 0),
        ([0, 1, 4], 2),
        ([3, 4], 3),
        ([None, None], 0),
        ([0, 1, 0, 1], 0),  # it became another program, as os.exec does
        ([0, 2, 0, 1], 1),
    ],
)
def test_events_that_were_lost_are_counted(project: Path, numbers: list[int | None], lost: int) -> None:
    """By the numbers of the others; sessions from before events had numbers lack none."""
    folder = Path(session_of(project).spool)
    facts = [{"k": "process" if not n else "open", "t": i, "main": True, "path": "x"} for i, n in enumerate(numbers)]
    lines = [json.dumps(f if n is None else {**f, "n": n}) for f, n in zip(facts, numbers, strict=True)]
    (folder / "events-7.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert read_sightings(folder).lost == lost


@pytest.mark.parametrize(
    ("events", "exit_", "parts"),
    [
        ((), ended(None, 9), ()),
        ((("end", {}),), ended(0), ()),
        ((("end", {}),), None, ("end", "printed")),
        ((), None, ("end", "printed", "logged", "written")),
        ((("end", {}), ("failed", {"what": "metrics", "why": "x"})), ended(0), ("logged",)),
    ],
)
def test_what_may_not_be_whole_is_named(
    spool: Callable[..., Path], events: tuple[Event, ...], exit_: Exit | None, parts: tuple[str, ...]
) -> None:
    """By what is not there: the note of the end, the program's own word of it, and what could not be noted."""
    outputs = outputs_of(read_sightings(spool(*events, exit=exit_)), None)
    assert tuple(part.value for part in outputs.incomplete) == parts


def test_one_stream_is_kept_as_stdout(spool: Callable[..., Path]) -> None:
    """With what the program ended with; nothing is said of a stderr of its own."""
    folder = spool(exit=ended(2))
    session = spool_files.read_session(folder)
    write_document(folder / spool_files.SESSION, replace(session, stderr_in_stdout=True))
    (folder / spool_files.STDOUT).write_text("out\nerr\n")
    seen = read_sightings(folder)
    outputs, failure = outputs_of(seen, None), failure_of(seen)
    assert (outputs.stdout, outputs.stderr, outputs.stderr_in_stdout) == ("out\nerr\n", None, True)
    assert failure is not None
    assert failure.traceback == "out\nerr\n"
