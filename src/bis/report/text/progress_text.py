"""Progress in words: what is being done, and what the user should know in the meantime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.model.progress import DONE, KEPT, Task

if TYPE_CHECKING:
    from bis.model.progress import Note, Step

_TASKS = {
    Task.SOURCE: "fetching the source snapshot",
    Task.REPLAYS: "replaying",
    Task.CELLS: "running",
    Task.STORING: "storing",
    Task.AUDITS: "auditing",
    Task.LISTING: "listing",
    Task.CLONES: "fetching",
}

_NOTES = {
    "cluster-versions": "workers of the cluster have bis {there}, this machine has {here}",
    "cluster-warning": "{message}",
    "cluster-without-workers": "the cluster has no workers at present; waiting for one",
    "damaged-lines": "{lines} damaged or incomplete line(s) of {path} dropped",
    "earlier-results-discarded": "the earlier results have another version or settings: auditing everything again",
    "incomplete-search": "GitHub ran out of time and its results are incomplete: {query}, page {page}",
    "not-cloned": "{project}: {reason}",
    "rate-limited": "GitHub's limit is reached; continuing in {wait_s:.0f} s",
    "repeated-projects": "listed more than once, and audited once: {projects}",
    "repository-left-out": "{repository} is left out: it is empty or does not answer",
}


def task_text(task: Task, total: int | None = None) -> str:
    """What is being done, as the label of a progress bar or a line."""
    if task is Task.ENVIRONMENT:
        return f"building an environment of {total} packages" if total is not None else "building an environment"
    return _TASKS[task]


def step_text(task: Task, step: Step) -> str:
    """What has just ended."""
    if task is Task.REPLAYS:
        return f"replay {step.what}: {step.code}"
    if step.code in {DONE, KEPT}:
        return step.what
    return f"{step.what}: {step.detail or 'it could not be audited'}"


def note_text(note: Note) -> str:
    """The note as a sentence.

    Raises
    ------
    KeyError
        There is no such note, or it lacks a value.
    """
    return _NOTES[note.code].format(**note.values)


def note_codes() -> tuple[str, ...]:
    """The codes of all notes."""
    return tuple(_NOTES)
