"""The notebook of a run, as it was saved before and as the run left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis._verify.published.saved_outputs import NotebookRun
from bis.errors import EvidenceDamaged, UsageError
from bis.evidence.archive import read_entries
from bis.evidence.store import NOTEBOOK, SOURCE
from bis.notebooks.shown_outputs import cells_from_texts, shown_cells

if TYPE_CHECKING:
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.notebooks.shown_outputs import ShownCell


def saved_and_run(store: EvidenceStore, stored: StoredRun) -> tuple[tuple[ShownCell, ...], NotebookRun]:
    """The cells of a notebook as they were saved, and as the run left them.

    Raises
    ------
    UsageError
        The run is not of a notebook file whose source was kept.
    EvidenceError, StoreUnavailable
        What was kept cannot be read.
    """
    code, outputs = stored.record.code, stored.record.outputs
    if not code.target.endswith(".ipynb") or code.snapshot is None:
        raise UsageError(
            f"run {stored.run_id} is not of a notebook file with a snapshot, so there are no saved outputs",
            hint="Use --expect TABLE.csv, or record the notebook with `bis run NOTEBOOK.ipynb`.",
        )
    entries = {e.name: e for e in read_entries(store.download(stored.run_id, SOURCE))}
    content = entries[code.target].source if code.target in entries else None
    if not isinstance(content, bytes):
        raise UsageError(f"the source snapshot of run {stored.run_id} does not contain {code.target}")
    ran = frozenset(c.position for c in code.cells if c.position is not None) if code.cells else None
    try:
        executed = store.download(stored.run_id, NOTEBOOK).read_bytes()
    except EvidenceDamaged:  # of an older record, or cut off when the run was killed: the texts are in the record
        run = NotebookRun(cells_from_texts(outputs.cells), ran, outputs.failure, has_pictures=False)
    else:
        run = NotebookRun(shown_cells(executed, NOTEBOOK, original=content), ran, outputs.failure)
    return shown_cells(content, code.target), run
