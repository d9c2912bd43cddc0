"""Progress in words: what is being done, and what the user should know in the meantime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.plan import Fetch, PackageChange
from bis.model.progress import DONE, KEPT, Task
from bis.report.text.figure_words import counted
from bis.report.text.rebuild_text import change_text, fetch_text, only_here_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bis.model.progress import Note, Step

_TASKS = {
    Task.SOURCE: "fetching the source snapshot",
    Task.REPLAYS: "replaying",
    Task.CELLS: "running",
    Task.STORING: "storing what was recorded",
    Task.AUDITS: "auditing",
    Task.LISTING: "listing",
    Task.CLONES: "fetching",
}


def _environment_differs(values: Mapping[str, Any]) -> str:
    built = f"the recorded environment of {counted(values['packages'], 'package')} is built"
    if not values["differing"]:
        return built
    differing = values["differing"]
    return f"{built}, since {counted(differing, 'package')} here differ{'s' if differing == 1 else ''} from it:"


def _environment_is_there(values: Mapping[str, Any]) -> str:
    return (
        f"{counted(values['differing'], 'package')} here differ{'s' if values['differing'] == 1 else ''} from the "
        f"recorded ones: the environment is used that was built before ({values['folder']})"
    )


_NOTES: dict[str, str | Callable[[Mapping[str, Any]], str]] = {
    "cluster-versions": "workers of the cluster have bis {there}, this machine has {here}",
    "cluster-warning": "{message}",
    "cluster-without-workers": "the cluster has no workers at present; waiting for one",
    "damaged-lines": "{lines} damaged or incomplete line(s) of {path} dropped",
    "earlier-results-discarded": "the earlier results have another version or settings: auditing everything again",
    "environment-differs": _environment_differs,
    "environment-fetch": lambda values: f"to download: {fetch_text(Fetch(**values))}",
    "environment-is-there": _environment_is_there,
    "environment-stays": "it stays in {folder}; `bis cache` lists and removes such environments",
    "fetch-is-not-known": lambda values: f"to download: {fetch_text(Fetch(**values))}",
    "incomplete-search": "GitHub ran out of time and its results are incomplete: {query}, page {page}",
    "more-packages-differ": "  and {count} more",
    "not-cloned": "{project}: {reason}",
    "package-differs": lambda values: f"  {change_text(PackageChange(**values))}",
    "packages-only-here": lambda values: f"  {only_here_text(values['count'])}",
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
    if task is Task.ENVIRONMENT:
        return step.what  # a line of uv
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
    words = _NOTES[note.code]
    return words(note.values) if callable(words) else words.format(**note.values)


def note_codes() -> tuple[str, ...]:
    """The codes of all notes."""
    return tuple(_NOTES)
