"""A bisection as text (``bis bisect``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.bisection import Bisection, BisectionOutcome, ChangeKind, TrialAnswer
from bis.report.text.figure_words import counted, percent
from bis.report.text.terminal import bullet, headline, print_text, table, text_of

if TYPE_CHECKING:
    from bis.model.bisection import BisectionTrial, CauseSet, SettingChange

_FEW = 12
_O = BisectionOutcome
_WORDS = {
    _O.FOUND: "divergent",
    _O.FOUND_IN_PART: "divergent",
    _O.NOTHING_CHANGED: "nothing to look at",
    _O.SAME_TODAY: "same",
    _O.NOT_SEEN: "inconclusive",
    _O.RECORDED_DIFFERS: "divergent",
    _O.NOT_IN_VERSIONS: "divergent",
    _O.RECORDED_FAILS: "not executable",
    _O.OPEN: "inconclusive",
}
_SAID = {
    _O.NOTHING_CHANGED: "everything that could be a cause is here as it was recorded",
    _O.SAME_TODAY: "today's replay is as the record",
    _O.NOT_SEEN: "the results are noisy, and today's replays do not differ from those as recorded beyond the noise",
    _O.RECORDED_DIFFERS: (
        "even with everything as recorded that can be, the replay differs from the record: the cause was not recorded, "
        "or is among what could not be varied"
    ),
    _O.NOT_IN_VERSIONS: (
        "today's versions, installed anew, give what was recorded: the cause is in the environment that bis runs in, "
        "and not in its versions (another build, a system library, a changed file)"
    ),
    _O.RECORDED_FAILS: "with everything as recorded the program fails, so there is nothing to compare today with",
}
_KINDS = {
    ChangeKind.PACKAGE: "package",
    ChangeKind.PYTHON: "Python",
    ChangeKind.VARIABLE: "variable",
    ChangeKind.THREADS: "threads",
    ChangeKind.HASH_SEED: "hash seed",
    ChangeKind.CPU: "processor",
}
_NOT_VARIED = {
    "from-folder": "installed from a folder, which no index has",
    "not-recorded": "not recorded",
    "cannot-be-emulated": "no setting makes this processor compute as that one",
    "not-asked": "stays as recorded (--only)",
    "recorded-unavailable": "the recorded version cannot be installed: all trials had today's",
}
_REASONS = {"build": "cannot be built", "failed": "fails", "open": "the replays leave it open"}


def bisection_text(bisection: Bisection, *, width: int = 80, colour: bool = False, full: bool = False) -> str:
    """What makes the replay differ, how that was checked, and what was left open."""
    parts: list[Any] = [headline(_WORDS[bisection.outcome], _headline(bisection))]
    for number, cause in enumerate(bisection.causes, start=1):
        parts += ["", *_cause(bisection, cause, number)]
    if bisection.left and bisection.outcome is not _O.FOUND:
        parts += ["", *_left(bisection, full=full)]
    if bisection.outcome is _O.RECORDED_DIFFERS:
        parts += ["", *_unrecorded(bisection)]
    if bisection.trials and (full or any(t.reason for t in bisection.trials)):
        parts += ["", *_trials(bisection, full=full)]
    if bisection.not_varied:
        parts += ["", *_not_varied(bisection, full=full)]
    parts += ["", *_spent(bisection)]
    return text_of(parts, width=width, colour=colour)


def bisection_summary(bisection: Bisection) -> str:
    """What was found, in a line."""
    return _headline(bisection)


def print_bisection(bisection: Bisection, *, full: bool = False) -> None:
    """Print a bisection on stdout."""
    print_text(lambda width, colour: bisection_text(bisection, width=width, colour=colour, full=full))


def change_name(change: SettingChange) -> str:
    """What a change is called: packages by their name, the rest with what they are."""
    if change.kind is ChangeKind.PYTHON:
        return "Python"
    return change.name if change.kind is ChangeKind.PACKAGE else f"{_KINDS[change.kind]} {change.name}"


def _values(change: SettingChange) -> str:
    none = "not installed" if change.kind in {ChangeKind.PACKAGE, ChangeKind.PYTHON} else "not set"
    return f"{none if change.recorded is None else change.recorded} -> {none if change.today is None else change.today}"


def _headline(bisection: Bisection) -> str:
    changes = counted(len(bisection.changes), "change")
    if bisection.causes:
        names = [" with ".join(change_name(c) for c in cause.changes) for cause in bisection.causes]
        makes = "makes" if len(names) == 1 and len(bisection.causes[0].changes) == 1 else "make"
        said = f"{' and, by itself, '.join(names)} {makes} today's replay differ (of {changes})"
        return said if bisection.outcome is _O.FOUND else f"{said}; not all is explained or checked"
    if bisection.outcome is not _O.OPEN:
        return _SAID[bisection.outcome]
    if bisection.budget_ended:
        return f"the budget ended before the cause was found among {changes}; the same command goes on"
    return f"what could be run does not decide which of {changes} it is"


def _cause(bisection: Bisection, cause: CauseSet, number: int) -> list[Any]:
    title = "the cause" if len(bisection.causes) == 1 else f"cause {number}"
    together = ", which matter only together" if len(cause.changes) > 1 and cause.minimal else ""
    rows = [(f"  {change_name(c)}", _values(c)) for c in cause.changes]
    parts: list[Any] = [f"{title}{together}:", table(("", ""), rows, whole=(0,)), bullet(_forward(cause))]
    earlier = number > 1
    parts.append(bullet(_backward(cause, earlier=earlier)))
    if not cause.minimal:
        parts.append(
            bullet("smallest only among what could be run: some parts of it could not be tried alone", mark="!")
        )
    return parts


def _forward(cause: CauseSet) -> str:
    if cause.alone is TrialAnswer.DIFFERS:
        exactly = {True: ", with today's results to the bit", False: ", with results that are not all today's"}
        return (
            f"this as today and everything else as recorded: differs from the record{exactly.get(cause.as_today, '')}"  # type: ignore[arg-type]
        )
    if cause.alone is TrialAnswer.UNRESOLVED:
        return "this as today and everything else as recorded: could not be run or decided"
    return "this as today and everything else as recorded: as the record"


def _backward(cause: CauseSet, *, earlier: bool) -> str:
    what = "this and the causes above" if earlier else "this"
    if cause.taken_back_too:
        what += f", with {', '.join(change_name(c) for c in cause.taken_back_too)},"
    answers = {
        TrialAnswer.SAME: "as the record",
        TrialAnswer.DIFFERS: "still differs, so there is another cause",
        TrialAnswer.UNRESOLVED: "could not be run or decided",
    }
    return f"{what} as recorded and everything else as today: {answers[cause.without]}"


def _left(bisection: Bisection, *, full: bool) -> list[Any]:
    shown = bisection.left if full else bisection.left[:_FEW]
    more = len(bisection.left) - len(shown)
    rows = [(f"  {change_name(c)}", _values(c)) for c in shown]
    tail = [f"  and {more} more (--full)"] if more else []
    return ["one of the changes that it takes is among:", table(("", ""), rows, whole=(0,)), *tail]


def _unrecorded(bisection: Bisection) -> list[Any]:
    if not bisection.unrecorded:
        return ["nothing is known that was not recorded"]
    return ["what was not recorded, or is not controlled:", *(bullet(u, mark="!") for u in bisection.unrecorded[:_FEW])]


def _trials(bisection: Bisection, *, full: bool) -> list[Any]:
    trials = bisection.trials if full else tuple(t for t in bisection.trials if t.reason)[:_FEW]
    title = "trials:" if full else "trials without an answer:"
    total = len(bisection.changes)
    return [title, table(("", "", ""), [_trial(t, total) for t in trials], fold=2)]


def _trial(trial: BisectionTrial, total: int) -> tuple[str, str, str]:
    names = [key.partition(":")[2] for key in trial.changed]
    which = ", ".join(names) if len(names) <= 3 else f"{len(names)} of {total}"
    why = _REASONS.get(trial.reason, "")
    return f"  {which} as today", trial.answer.value, f"{why}: {trial.detail}" if trial.detail else why


def _not_varied(bisection: Bisection, *, full: bool) -> list[Any]:
    shown = bisection.not_varied if full else bisection.not_varied[:_FEW]
    rows = [(f"  {change_name(n.change)}", _values(n.change), _NOT_VARIED.get(n.why, n.why)) for n in shown]
    more = len(bisection.not_varied) - len(shown)
    tail = [f"  and {more} more (--full)"] if more else []
    return ["not varied:", table(("", "", ""), rows, whole=(0,), fold=2), *tail]


def _spent(bisection: Bisection) -> list[Any]:
    if bisection.outcome is _O.NOTHING_CHANGED:
        return ["nothing was replayed"]
    parts = []
    if bisection.watched:
        decides = ", ".join(bisection.watched[:3]) + (" and others" if len(bisection.watched) > 3 else "")
        how = "the bits decide"
        if bisection.noisy:
            error = percent(bisection.error_level or 0)
            how = f"noisy: rank tests decide, with an error of at most {error} over all trials"
        parts.append(f"decided by {decides} ({how})")
    kept = f" (and {bisection.kept} made before)" if bisection.kept else ""
    parts.append(
        f"{counted(bisection.replays, 'replay')}{kept}, in {counted(bisection.environments, 'environment')} "
        f"({bisection.built} built), {bisection.duration_s:.0f} s"
    )
    return parts
