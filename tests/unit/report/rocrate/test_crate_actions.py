"""Actions of a crate: what of a run is said, and how; the crate as a whole is in test_process_run_crate.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.facets import EntryKind
from bis.report.rocrate.crate_actions import add_replays, add_run, add_verdict
from bis.report.rocrate.crate_entities import CrateGraph
from tests.unit.report.exported_values import exported


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        (EntryKind.SCRIPT, "python -O train.py --lr 0.1"),
        (EntryKind.MODULE, "python -O -m train.py --lr 0.1"),
        (EntryKind.NOTEBOOK, "notebook train.py"),
        (EntryKind.UNKNOWN, f"MLflow run {'a' * 32}"),
    ],
)
def test_commands(kind: EntryKind, command: str) -> None:
    """As they were given, as far as that is known."""
    run = exported()
    code = replace(run.record.code, kind=kind, interpreter_options=("-O",))
    graph = CrateGraph()
    add_run(graph, replace(run, record=replace(run.record, code=code)))
    (action,) = [e for e in graph.entities if e["@id"] == "#run"]
    assert action["description"] == command


def test_an_exit_status_is_an_error() -> None:
    """Where there was no exception."""
    run = exported()
    outputs = replace(run.record.outputs, exit_code=3)
    graph = CrateGraph()
    add_run(graph, replace(run, record=replace(run.record, outputs=outputs)))
    (action,) = [e for e in graph.entities if e["@id"] == "#run"]
    assert action["error"] == "exit status 3"


def test_without_replays_there_is_nothing_to_assess() -> None:
    """No action is made up."""
    run = replace(exported(), verdict=None, replays=())
    graph = CrateGraph()
    assert add_replays(graph, run) == []
    assert add_verdict(graph, run, []) is None
    assert graph.entities == []
