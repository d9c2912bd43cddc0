"""Progress in words: what is being done, and what the user should know in the meantime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.progress import DONE, KEPT, Task
from bis.report.text.figure_words import counted, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bis.model.progress import Note, Step

_TASKS = {
    Task.SOURCE: "fetching the source snapshot",
    Task.REPLAYS: "replaying",
    Task.CELLS: "running",
    Task.STORING: "storing what was recorded",
    Task.AUDITS: "auditing",
    Task.TRIES: "trying",
    Task.LISTING: "listing",
    Task.CLONES: "fetching",
    Task.MUTATIONS: "running the tests on mutations",
    Task.STUDY: "working on the study",
}


def _fetch(values: Mapping[str, Any]) -> str:
    from bis.model.plan import Fetch  # late, as below: only plans of replays need them
    from bis.report.text.rebuild_text import fetch_text

    return fetch_text(Fetch(**values))


def _change(values: Mapping[str, Any]) -> str:
    from bis.model.plan import PackageChange
    from bis.report.text.rebuild_text import change_text

    return change_text(PackageChange(**values))


def _only_here(values: Mapping[str, Any]) -> str:
    from bis.report.text.rebuild_text import only_here_text

    return only_here_text(values["count"])


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


_BISECTED = {
    "packages": "package",
    "variables": "variable",
    "threads": "number of threads",
    "hash_seed": "hash seed",
    "cpu": "processor setting",
}


def _bisect_begins(values: Mapping[str, Any]) -> str:
    parts = [counted(values[kind], noun) for kind, noun in _BISECTED.items() if values[kind]]
    parts = [p.replace("number of threadss", "numbers of threads") for p in parts]
    return f"not as recorded: {', '.join(parts)}"


def _bisect_needs(values: Mapping[str, Any]) -> str:
    environments = values["environments"]
    built = f", in at most {counted(environments, 'environment')} to build" if environments else ""
    return f"one cause is found by about {counted(values['replays'], 'replay')}{built}; several take as many again each"


def _bisect_trial(values: Mapping[str, Any]) -> str:
    which = (
        f"{values['only'].partition(':')[2]} alone" if values["only"] else f"{values['changed']} of {values['total']}"
    )
    answers = {"same": "as the record", "differs": "differs", "unresolved": "no answer"}
    why = {"build": "cannot be built: {detail}", "failed": "{detail}", "open": "the replays leave it open"}
    reason = why[values["reason"]].format(detail=values["detail"][:120]) if values["reason"] else ""
    return f"{which} as today: {answers[values['answer']]}{f' ({reason})' if reason else ''}"


_NOTES: dict[str, str | Callable[[Mapping[str, Any]], str]] = {
    "bisect-begins": _bisect_begins,
    "bisect-fetches-today": lambda values: f"to download of today's versions, at most: {_fetch(values)}",
    "bisect-trial": _bisect_trial,
    "bisect-will-need": _bisect_needs,
    "cluster-versions": "workers of the cluster have bis {there}, this machine has {here}",
    "cluster-warning": "{message}",
    "cluster-without-workers": "the cluster has no workers at present; waiting for one",
    "damaged-lines": "{lines} damaged or incomplete line(s) of {path} dropped",
    "earlier-results-discarded": "the earlier results have another version or settings: all is done again",
    "environment-differs": _environment_differs,
    "environment-fetch": lambda values: f"to download: {_fetch(values)}",
    "environment-is-there": _environment_is_there,
    "environment-stays": "it stays in {folder}; `bis cache` lists and removes such environments",
    "explanation-begins": lambda values: (
        f"varying {values['causes']}: {counted(values['replays'], 'replay')} ({counted(values['blocks'], 'block')}) of "
        f"{duration(values['replay_s'])} each, about {duration(values['seconds'])}"
    ),
    "explanation-begins-anew": "{replays} replays had been made before, but the program gives something else today: "
    "all are made again",
    "bisection-not-stored": "the bisection could not be stored with the run: {message}",
    "explanation-screens": "{roles} roles draw, more than can be told apart at once: each is changed alone first",
    "explanation-continues": "going on: {replays} replays had been made before",
    "explanation-has-others": lambda values: (
        f"then up to {counted(values['replays'], 'replay')} for --fix-top and --vary, about "
        f"{duration(values['seconds'])}"
    ),
    "fetch-is-not-known": lambda values: f"to download: {_fetch(values)}",
    "incomplete-search": "GitHub ran out of time and its results are incomplete: {query}, page {page}",
    "more-packages-differ": "  and {count} more",
    "not-cloned": "{project}: {reason}",
    "package-differs": lambda values: f"  {_change(values)}",
    "packages-only-here": lambda values: f"  {_only_here(values)}",
    "rate-limited": "GitHub's limit is reached; continuing in {wait_s:.0f} s",
    "repeated-projects": "listed more than once, and taken once: {projects}",
    "study-begins-anew": lambda values: (
        f"all {counted(values['steps'], 'step')} are done again, experiments and replays included, since "
        f"{counted(values['differing'], 'version')} differ{'s' if values['differing'] == 1 else ''} from last time "
        "(what was made then is kept, and counts again with the versions of then):"
    ),
    "version-differs": lambda values: (
        f"  {values['name']}: {values['before'] or 'absent'} then, {values['now'] or 'absent'} now"
    ),
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
    if task is Task.STUDY:
        if step.code == KEPT:
            return f"{step.what}: done before"
        return f"{step.what}: done" if step.code == DONE else f"{step.what}: {_no_result(step)}"
    if step.code in {DONE, KEPT}:
        return step.what
    return f"{step.what}: {step.detail or 'it could not be audited'}"


def _no_result(step: Step) -> str:
    return f"not done, since {step.detail} gave no result" if step.code == "needs" else step.detail


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
