"""The page of a run, kept with the run, where MLflow's artifact viewer shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.archive import read_entries
from bis.evidence.outcomes import read_outcomes, redactor_of_plan
from bis.evidence.verdicts import with_results
from bis.report.html.run_page import RunPageValues, run_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.evidence.evidence_access import EvidenceReader, EvidenceWriter
    from bis.evidence.store import EvidenceStore, StoredRun
    from bis.model.attribution import Attribution
    from bis.model.plan import Plan
    from bis.model.record import Record
    from bis.model.verdict import Outcome
    from bis.report.languages.language import Language

PAGE = "bis/report.html"
Lines = dict[tuple[str, int | None, int], str]


def page_values(stored: StoredRun, outcomes: Sequence[Outcome] = (), code_lines: Lines | None = None) -> RunPageValues:
    """What the page shows of a run, with what is known of its replays.

    Parameters
    ----------
    stored : StoredRun
        The run, with its latest verdict and explanation.
    outcomes : sequence of Outcome
        Its replays with their outputs: those of the verdict are shown.
    code_lines : dict, optional
        See `source_lines`.
    """
    judged = None if stored.verdict is None else stored.verdict.verdict
    known = {o.run_id: o.outputs for o in outcomes if o.outputs is not None}
    shown = () if judged is None else judged.outcomes
    return RunPageValues(
        record=stored.record,
        run_id=stored.run_id,
        name=stored.name,
        status=stored.status,
        verdict=stored.verdict,
        outcomes=[o if o.outputs is not None else replace(o, outputs=known.get(o.run_id)) for o in shown],
        replays=stored.replays,
        attribution=stored.attribution,
        problems=[p for p in (stored.verdict_problem, stored.attribution_problem) if p],
        code_lines=code_lines or {},
        artifacts=_artifacts(stored),
    )


def _artifacts(stored: StoredRun) -> list[str]:
    """Where the evidence is, of that which the run has."""
    snapshot = stored.record.code.snapshot
    return [
        path
        for path, there in (
            ("bis/record.json", stored.recorded),
            (snapshot.artifact if snapshot is not None else "", snapshot is not None),
            ("bis/verdict.json", stored.verdict is not None),
            ("bis/attribution.json", stored.attribution is not None),
        )
        if there
    ]


def source_lines(store: EvidenceReader, run_id: str, record: Record, attribution: Attribution | None) -> Lines:
    """The lines of the recorded source that an explanation names, as far as they can be read.

    Those of files are in the snapshot of the source, those of notebooks in the record.
    """
    places = {(p.file, p.cell, p.line) for c in (attribution.causes if attribution else ()) for p in c.places if p.file}
    cells = {c.position + 1: c.source.splitlines() for c in record.code.cells if c.position is not None}
    found: Lines = {
        (file, cell, line): cells[cell][line - 1]
        for file, cell, line in places
        if cell in cells and 0 < line <= len(cells[cell])
    }
    return {**found, **_file_lines(store, run_id, record, {p for p in places if p[1] is None})}


def _file_lines(
    store: EvidenceReader, run_id: str, record: Record, places: Iterable[tuple[str, int | None, int]]
) -> Lines:
    wanted = {file for file, _cell, _line in places}
    if record.code.snapshot is None or not wanted:
        return {}
    try:
        entries = read_entries(store.download(run_id, record.code.snapshot.artifact))
    except BisError:  # the lines are a help; the places are named without them
        return {}
    texts = {
        e.name: e.source.decode("utf-8", "replace").splitlines()
        for e in entries
        if e.name in wanted and isinstance(e.source, bytes)
    }
    return {
        (file, None, line): texts[file][line - 1]
        for file, _cell, line in places
        if file in texts and 0 < line <= len(texts[file])
    }


def stored_page(store: EvidenceStore, run_id: str, language: Language, *, interactive: bool = False) -> str:
    """The page of a run, from all that is stored with it.

    Raises
    ------
    RunNotFound, StoreUnavailable, EvidenceError
        There is no such run, no answer, or no readable record.
    """
    stored = with_results(store, store.read(run_id))
    outcomes = read_outcomes(store, run_id) if stored.verdict is not None else ()
    explained = None if stored.attribution is None else stored.attribution.attribution
    lines = source_lines(store, run_id, stored.record, explained)
    return run_page(page_values(stored, outcomes, lines), language, interactive=interactive)


def keep_page(store: EvidenceWriter, run_id: str, page: str, *, plan: Plan | None = None) -> None:
    """Store the page with its run, in place of an earlier one; secrets of this process, and of `plan`, are redacted.

    Raises
    ------
    RunNotFound, StoreUnavailable
        There is no such run, or MLflow does not answer.
    """
    store.log_text(run_id, redactor_of_plan(plan).text(page, place="report", assignments=False), PAGE)
