"""What the page of a run is made from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis.errors import RunNotFound
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.run_pages import PAGE, keep_page, page_values, source_lines
from bis.evidence.store import StoredRun
from bis.model.facets import Cell, Snapshot
from bis.model.stored_runs import StoredVerdict
from tests.doubles.memory_store import MemoryStore
from tests.unit.report.attributions import explained
from tests.unit.report.values import record, statistical

if TYPE_CHECKING:
    from pathlib import Path


class WithSource(MemoryStore):
    """A store that has a snapshot of the source."""

    archive: Path

    def download(self, run_id: str, artifact: str) -> Path:
        """The archive."""
        return self.archive


def stored() -> StoredRun:
    """A run with a fresh verdict whose outcomes are child runs."""
    verdict = statistical()
    slim = tuple(replace(o, outputs=None, run_id=f"c{o.index}") for o in verdict.outcomes)
    kept = StoredVerdict(replace(verdict, outcomes=slim), 1.0, "0.1")
    return StoredRun("r" * 32, "0", "n", "FINISHED", 1.0, "", {}, record(), recorded=True, verdict=kept)


def test_outcomes_of_the_verdict_get_their_outputs_back() -> None:
    """From the child runs; other replays are not shown, and one that was lost has none."""
    full = [replace(o, run_id=f"c{o.index}") for o in statistical().outcomes]
    values = page_values(stored(), [*full[1:], replace(full[0], run_id="other")])
    assert [o.outputs is not None for o in values.outcomes] == [False, True, True, True, True]
    assert values.artifacts == ["bis/record.json", "bis/verdict.json"]


def test_problems_are_shown() -> None:
    """Of what cannot be read."""
    damaged = replace(stored(), verdict=None, verdict_problem="cut off", attribution_problem="lost")
    assert page_values(damaged).problems == ["cut off", "lost"]


def test_lines_of_notebooks_are_in_the_record() -> None:
    """Cells count from 1 on pages, from 0 in records."""
    places = explained().causes
    cell = next(p.cell for c in places for p in c.places if p.cell is not None)
    cells = (Cell(0, "first = 1\nsecond = draw()", cell - 1),)
    with_cells = replace(record(), code=replace(record().code, cells=cells))
    assert set(source_lines(MemoryStore(), "r", with_cells, explained()).values()) == {"second = draw()"}
    assert source_lines(MemoryStore(), "r", record(), None) == {}


def test_lines_of_files_are_in_the_snapshot(tmp_path: Path) -> None:
    """A line that is not there, and a snapshot that cannot be read, are left out."""
    source = b"\n" * 6 + b"x, y = split(data)\n"
    store = WithSource()
    archive = tmp_path / "source.tar.gz"
    archive.write_bytes(pack([ArchiveEntry("train.py", source)]).content)
    store.archive = archive
    snapshot = Snapshot("bis/source.tar.gz", "d", 1)
    with_source = replace(record(), code=replace(record().code, snapshot=snapshot))
    found = source_lines(store, "r", with_source, explained())
    assert found == {("train.py", None, 7): "x, y = split(data)"}
    assert source_lines(MemoryStore(), "r", with_source, explained()) == {}


def test_a_page_is_kept_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of an earlier one; a run that is not there is an error."""
    monkeypatch.setenv("SOME_TOKEN", "a-secret-variable")
    store = MemoryStore()
    run_id = store.create("Default", "n", {}, started_unix_s=0.0)
    keep_page(store, run_id, "<p>a-secret-variable</p>")
    assert "a-secret-variable" not in store.text(run_id, PAGE)
    with pytest.raises(RunNotFound):
        keep_page(store, "f" * 32, "")
