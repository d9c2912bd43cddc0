"""The notebook of a run, read back from a real store."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bis._replay.saved_notebook import saved_and_run
from bis.errors import UsageError
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.store import NOTEBOOK, SOURCE
from bis.model.facets import CellOutput, Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from bis.evidence.store import EvidenceStore, StoredRun


def notebook(printed: str) -> bytes:
    """A notebook of one cell that has run."""
    output = {"output_type": "stream", "name": "stdout", "text": printed}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [output], "source": "print(x)"}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def with_notebook(stored: StoredRun, content: bytes, *, target: str = "n.ipynb") -> tuple[StoredRun, bytes]:
    """The run as one of a notebook, and the archive of its source."""
    packed = pack([ArchiveEntry("n.ipynb", content)])
    snapshot = Snapshot(SOURCE, packed.digest, len(packed.content))
    outputs = replace(stored.record.outputs, cells=(CellOutput(0, "stdout", "acc 0.3\n"),))
    code = replace(stored.record.code, target=target, snapshot=snapshot)
    return replace(stored, record=replace(stored.record, code=code, outputs=outputs)), packed.content


def test_both_are_read(store: EvidenceStore, stored: StoredRun, tmp_path: Path) -> None:
    """As it was saved, and as the run left it; where that was not kept, with the texts of the record."""
    run, archive = with_notebook(stored, notebook("acc 0.1\n"))
    (tmp_path / "source").write_bytes(archive)
    store.write(run.run_id, run.record, {SOURCE: tmp_path / "source"})
    saved, left = saved_and_run(store, run)
    assert [o.plain for c in saved for o in c.outputs] == ["acc 0.1\n"]
    assert [o.plain for c in left.cells for o in c.outputs] == ["acc 0.3\n"]
    assert not left.has_pictures
    (tmp_path / "executed").write_bytes(notebook("acc 0.2\n"))
    store.write(run.run_id, run.record, {SOURCE: tmp_path / "source", NOTEBOOK: tmp_path / "executed"})
    _, left = saved_and_run(store, run)
    assert [o.plain for c in left.cells for o in c.outputs] == ["acc 0.2\n"]
    assert left.has_pictures


def test_a_run_of_no_notebook_is_refused(store: EvidenceStore, stored: StoredRun, tmp_path: Path) -> None:
    """A script, a notebook without a snapshot, and one that its snapshot lacks."""
    with pytest.raises(UsageError, match="not of a notebook file"):
        saved_and_run(store, stored)
    run, archive = with_notebook(stored, notebook(""), target="other.ipynb")
    (tmp_path / "source").write_bytes(archive)
    store.write(run.run_id, run.record, {SOURCE: tmp_path / "source"})
    with pytest.raises(UsageError, match=r"does not contain other\.ipynb"):
        saved_and_run(store, run)
    bare = replace(run, record=replace(run.record, code=replace(run.record.code, snapshot=None)))
    with pytest.raises(UsageError, match="not of a notebook file"):
        saved_and_run(store, bare)
