"""What each statement of a verdict reads as in English.

A text names figures in braces, with a format where one is needed: ``{replays:#replay}`` is a count with its noun,
``{p_value:p}`` a probability, ``{low:short}`` four digits, ``{bound:%}`` a percentage, ``{metrics:list}`` names with
commas. ``{parts}`` are the statements within the statement, ``{first}`` and ``{rest}`` the first and the others. A
statement that reads differently with its figures has a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.report.text.comparison_statements import COMPARISON
from bis.report.text.environment_statements import ENVIRONMENT
from bis.report.text.explanation_statements import EXPLANATION
from bis.report.text.figure_words import counted, distance, probability, short, tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_C = StatementCode

CATEGORIES = {"number": "a number", "not-logged": "not logged"}
PATTERNS = {
    "data": "data: what was read or how it was split differs",
    "initialisation": "initialisation: the first weights differ",
    "shuffling": "shuffling: the order of the examples differs",
    "floating-point": "floating point (threads, instruction set or library)",
    "late-entropy": "late entropy (dropout, augmentation, a worker) or a change of control flow",
    "other-draws": "other entropy: the draws of {draws} differ",
    "same-draws": "undetermined: all traced draws are the same, the size fits neither rounding nor another draw",
    "no-trace": "undetermined: without a trace of draws, a changed draw cannot be distinguished from other causes",
}
REASONS = {
    "system-metric": "a system metric of MLflow: shown, does not count",
    "rate": "a rate of work per time: shown, does not count",
    "time": "a measurement of time: shown, does not count",
    "load": "a measurement of the machine's load: shown, does not count",
    "not-strict": "shown, does not count: such files often hold times and names; --strict counts",
    "has-metrics": "shown, does not count: the run has metrics",
    "says-nothing": "shown, does not count: nothing is left of it without what differs between any two executions",
    "log-words": "shown, does not count: of standard error only numbers are compared",
    "outside": "shown, does not count: it is outside of the project",
    "has-figures": "shown, does not count: numbers were compared elsewhere",
    "packed-model": "shown, does not count: a model as MLflow packs it holds ids and times",
    "passing": "a time, a name or an id: shown, does not count",
    "new-entropy": "with new entropy they may differ: shown, does not count",
    "no-result": "no result: shown, does not count",
    "results-decide": "shown, does not count: there are results",
    "not-watched": "the stopping rule did not watch it: shown, does not count",
}
# What is not compared, with its article, and several of it.
TOKENS = {
    "mlflow-line": ("a line of MLflow about a run", "lines of MLflow about a run"),
    "log-line": ("a line of a library's log", "lines of a library's log"),
    "identifier": ("an identifier", "identifiers"),
    "memory-address": ("a memory address", "memory addresses"),
    "date": ("a date or time of day", "dates or times of day"),
    "temporary-path": ("a temporary path", "temporary paths"),
    "installation-path": ("a path of an installed package", "paths of installed packages"),
    "picture": ("a picture", "pictures"),
    "rate": ("a rate", "rates"),
    "duration": ("a duration", "durations"),
    "load": ("a measurement of the machine's load", "measurements of the machine's load"),
    "progress-bar": ("a progress bar", "progress bars"),
}
BASES = {"published-figures": "published figure"}
NOTHING = {
    "replays": "nothing could be compared: the run logged no metrics, and what it printed and wrote holds no result",
    "published-figures": "there are no published figures to compare with",
    "saved-outputs": "nothing was compared: the notebook was saved without a result",
}
FILES = {"artifact": "artifact", "file": "output file"}


SANDBOXES = {
    "namespaces": "namespaces of their own",
    "bwrap": "bubblewrap",
    "landlock": "Landlock",
}


def _ran_in_sandbox(f: Mapping[str, Any]) -> str:
    network = "with the network" if f["network"] else "without a network"
    rest = "" if f["signals"] else "; this kernel cannot keep them from signalling your other processes"
    return f"the replays ran in a sandbox: {SANDBOXES.get(f['sandbox'], f['sandbox'])}, {network}{rest}"


def _not_compared(f: Mapping[str, Any]) -> list[str]:
    # Verdicts from before they were counted have no counts.
    if "counts" not in f:
        return sorted(TOKENS[token][0] for token in f["tokens"])
    counted_ones = zip(f["tokens"], f["counts"], strict=True)
    return [f"{n} {TOKENS[t][1] if n > 1 else TOKENS[t][0].partition(' ')[2]}" for t, n in counted_ones]


def _where(f: Mapping[str, Any]) -> str:
    return "" if "cell" not in f else f" in cell {f['cell']}"


def _steps(f: Mapping[str, Any]) -> str:
    return f", {f['steps']} steps" if f["steps"] > 1 else ""


def _far(f: Mapping[str, Any]) -> str:
    return distance(f.get("ulps"), f.get("precision"), f.get("relative"))


def _away(f: Mapping[str, Any]) -> str:
    return f", {_far(f)} away" if "ulps" in f else ""


def _tolerance(f: Mapping[str, Any]) -> str:
    return tolerance(f["origin"], f["atol"], f["rtol"])


def _failed(f: Mapping[str, Any]) -> str:
    return f"{f['stage']}{': ' if 'message' in f else ''}{f.get('message', '')}{_where(f)}"


def _within_tolerance(f: Mapping[str, Any]) -> str:
    where = ", last step only" if f["last_only"] else _steps(f)
    return f"within {_tolerance(f)} in {f['same']}/{f['total']}{where}; at most {_far(f)}"


def _metric_differs(f: Mapping[str, Any]) -> str:
    lengths = ""
    if "other_steps" in f:
        lengths = f"; {f['steps']} steps in the original, {' or '.join(map(str, f['other_steps']))} in replays"
    return f"differs in {f['differing']}/{f['total']}{lengths}"


def _other_content(f: Mapping[str, Any]) -> str:
    other = f"other {f['content']} in {f['other']}/{f['total']}" if f["other"] else ""
    absent = f"absent in {f['absent']}/{f['total']}" if f["absent"] else ""
    return ", ".join(x for x in (other, absent) if x)


def _same_words(f: Mapping[str, Any]) -> str:
    numbers = ", some numbers differ (below)" if f["numbers_differ"] else " and the same numbers"
    return f"same words in {f['total']}/{f['total']}{numbers}"


_NOT_ALONE = {
    "no-search": "no call of Optuna's `Study.optimize` ran it",
    "several-searches": "the program runs several searches",
    "together": "other trials ran at the same time",
    "other-state": "alone it gives something else, so it depends on more than parameters and generators",
}


def _outputs_differ(f: Mapping[str, Any]) -> str:
    more = f" and {f['more']} more" if f["more"] else ""
    parts = f"; {f['parts']}" if f["parts"] else ""
    return f"not the same: {', '.join(f['items'])}{more}{parts}"


def _written_as(f: Mapping[str, Any]) -> str:
    count = f"; {f['differing']} of {f['numbers']} numbers differ" if f["numbers"] > 1 else ""
    return f"written as {f['original']} / {f['replayed']}{count}"


def _original_failed(f: Mapping[str, Any]) -> str:
    return f"the original failed ({f['first']}), and {f['same']} of {counted(f['total'], 'replay')} in the same way"


def _categories(values: tuple[str, ...]) -> str:
    return " or ".join(CATEGORIES.get(v, v) for v in values)


def _category(f: Mapping[str, Any]) -> str:
    return CATEGORIES.get(f["original"], str(f["original"]))


def _category_occurs(f: Mapping[str, Any]) -> str:
    word = _category(f)
    return (
        f"{word} in the original and in {f['same']}/{f['total']} replays (P({word}) between {f['low']:.2f} and "
        f"{f['high']:.2f} with {100 * f['confidence']:g} % confidence)"
    )


def _interval(where: str) -> Callable[[Mapping[str, Any]], str]:
    def words(f: Mapping[str, Any]) -> str:
        what = "last value " if f["last_only"] else ""
        return (
            f"{what}{where} the {100 * f['confidence']:g} % prediction interval {short(f['low'])} .. "
            f"{short(f['high'])} of {counted(f['replays'], 'fresh replay')}"
        )

    return words


def _tally(f: Mapping[str, Any]) -> str:
    within = f", {f['within']} within tolerance" if f["within"] else ""
    different = f", {f['different']} different" if f["different"] else ""
    metrics, replays = counted(f["metrics"], "metric"), counted(f["replays"], "exact replay")
    return f"{f['identical']} of {metrics} identical{within}{different} in {replays}"


def _consistent(f: Mapping[str, Any]) -> str:
    family = "" if f["metrics"] == 1 else ", corrected for their number"
    return (
        f"{f['consistent']} of {counted(f['metrics'], 'metric')} of the original consistent with {f['replays']} fresh "
        f"replays (level {f['alpha']:g}{family})"
    )


def _compared(f: Mapping[str, Any]) -> str:
    tally = ", ".join(f"{n} {level}" for level, n in zip(f["levels"], f["counts"], strict=True))
    return f"{counted(f['total'], BASES[f['basis']])}: {tally}"


def _printed(how: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda f: how.format(digits=counted(f["digits"], "digit")) + _away(f)


def _printed_differs(f: Mapping[str, Any]) -> str:
    count = short(f["units"]) if "units" in f else ""
    units = f": {count} {'unit' if count == '1' else 'units'} of the last digit" if count else ""
    return f"printed {f['printed']}, found {f['found']}{units}"


def _too_few_runs(f: Mapping[str, Any]) -> str:
    needed = f["least"] - f["ours"]
    more = f"; {counted(needed, 'more run')} would decide" if needed > 0 else ""
    runs = counted(f["published"], "published run")
    return f"{runs} that differ, {f['ours']} to compare with: a test needs {f['least']} of each{more}"


def _labelled(f: Mapping[str, Any]) -> str:
    return f"{f['label']}: " if "label" in f else ""


LIKENESSES = {
    "same": "same pixels",
    "within": "same but for the smoothing of lines and letters",
    "different": "another picture",
    "other-size": "another size",
    "unreadable": "cannot be read",
    "other-format": "saved in another format",
    "not-kept": "the pictures of this run were not kept",
}


def _share(share: float) -> str:
    return "less than 0.01%" if share < 0.0001 else f"{share:.2%}"


def _pixels(f: Mapping[str, Any]) -> str:
    size = f": {_size(f['saved'])} pixels were saved, {_size(f['found'])} are given now" if "saved" in f else ""
    share = f": {_share(f['share'])} of its pixels differ" if "share" in f else ""
    return size + share + (f", at most by {f['greatest']} of 255 levels" if "greatest" in f else "")


def _size(pixels: Sequence[int]) -> str:
    return " x ".join(map(str, pixels))


def _more(count: int, noun: str) -> str:
    return f", and {counted(count, f'more {noun}')}" if count else ""


def _cells(cells: Sequence[int]) -> str:
    listed = ", ".join(map(str, cells))
    return f"cell {listed} raises" if len(cells) == 1 else f"each of the cells {listed} raises"


def _saved_compared(f: Mapping[str, Any]) -> str:
    results, open_ones = counted(f["results"], "saved result"), f["undecided"]
    if f["differing"]:
        text = f"{f['differing']} of {results} {'differs' if f['differing'] == 1 else 'differ'}"
    elif open_ones < f["results"]:
        agreeing = f["results"] - open_ones
        text = f"{agreeing} of {results} {'agrees' if agreeing == 1 else 'agree'}"
    else:
        text = f"{open_ones} of {results} with too few digits to tell" if open_ones else "no saved result was compared"
    if 0 < open_ones < f["results"]:
        text += f", {open_ones} with too few digits to tell"
    within = f", {f['within']} printed differently" if f["within"] else ""
    where = f", in {counted(f['cells'], 'cell')}" if f["cells"] else ""
    return text + within + where + (f"; {f['parts']}" if f["parts"] else "")


def _pictures_compared(f: Mapping[str, Any]) -> str:
    kinds = {"same": "same", "within": "same but for smoothing", "differing": "different"}
    told = [f"{f[name]} {words}" for name, words in kinds.items() if f[name]]
    rest = f["pictures"] - f["same"] - f["within"] - f["differing"]
    return f"{counted(f['pictures'], 'picture')}: {', '.join([*told, *([f'{rest} not compared'] if rest else [])])}"


def _saved_agree(f: Mapping[str, Any]) -> str:
    results = f"{counted(f['results'], 'result')} {'agrees' if f['results'] == 1 else 'agree'}"
    if not f["within"]:
        return results
    return f"{results}, {f['within']} printed differently; {_labelled(f)}{f['parts']}"


ENGLISH: dict[StatementCode, str | Callable[[Mapping[str, Any]], str]] = {
    _C.ENDED_WELL: "ended well",
    _C.ENDED_WITH_CODE: "ended with exit code {exit_code}",
    _C.RAISED: lambda f: f"{f['exception']}{_where(f)}",
    _C.ENDED_BY_SIGNAL: lambda f: f"{f['stage']}: signal {f['signal']}{_where(f)}",
    _C.FAILED: _failed,
    _C.ENDS_ALIKE: "{same}/{total} end as the original did",
    _C.FAILS_ALIKE: "{same}/{total} fail as the original did: {parts}",
    _C.ALL_FAILED: "failed {failed} of {total}: {parts}",
    _C.SOME_FAILED_OUTSIDE: "failed {failed} of {total} ({parts}): what these would have given is not known",
    _C.SOME_END_OTHERWISE: "{other} of {total} ended differently: {rest}; the original: {first}",
    _C.END_IS_RARE: "{same}/{total} end as the original did ({parts}): p = {p_value:p}",
    _C.END_IS_UNSEEN: "none of {total} ends as the original did ({parts}); too few to exclude chance",
    _C.END_IS_ORDINARY: "{other} of {total:#replay} end differently ({parts}); the end of the original is an ordinary "
    "one: p = {p_value:p}",
    _C.END_NOT_KNOWN: "how the original ended is not known; the replays: {parts}",
    _C.SAME_BITS: lambda f: f"same bits in {f['same']}/{f['total']}{_steps(f)}",
    _C.SAME_BITS_SOME_FAILED: lambda f: (
        f"same bits in {f['same']}/{f['total']}{_steps(f)}; {f['failed']} failed before the end"
    ),
    _C.SAME_SO_FAR: "no replay got that far; what {logged:#replay} logged before failing is the same",
    _C.NOT_REACHED: "no replay got that far",
    _C.WITHIN_TOLERANCE: _within_tolerance,
    _C.NOT_LOGGED: "not logged in {absent} of {total:#replay}",
    _C.METRIC_DIFFERS: _metric_differs,
    _C.DIVERGES_AT_STEP: lambda f: f"first at step {f['step']}, by {_far(f)}",
    _C.DIFFERS_BY: lambda f: f"by {_far(f)}",
    _C.READS_AS: lambda f: "reads as " + PATTERNS[f["pattern"]].replace("{draws}", ", ".join(f.get("draws", ()))),
    _C.NOT_IN_ORIGINAL: "logged in {logged}/{total} replays, not in the original",
    _C.DIGEST_NOT_RECORDED: "{content} of the original not recorded",
    _C.SAME_CONTENT: "same {content} in {same}/{total}",
    _C.OTHER_CONTENT: _other_content,
    _C.SAME_CONTENTS: lambda f: (
        f"{f['same']} of {counted(f['listed'], FILES[f['kind']])}: same bytes in {f['total']}/{f['total']}"
    ),
    _C.SAME_TEXT: "same text in {total}/{total}",
    _C.LINES_MOVED: "same lines in {total}/{total}, in another order",
    _C.STREAMS_TOGETHER: "stdout and stderr were one stream: this may be of a log, whose words are not compared",
    _C.OTHER_TEXT: "other bytes in {other}/{total} (--strict)",
    _C.NOT_PRINTED: "not printed in {absent}/{total}",
    _C.LINE_DIFFERS: "line {line} differs: {original!r} / {replayed!r}",
    _C.SAME_WORDS: _same_words,
    _C.PRINTED_WITHIN: lambda f: f"printed within {_tolerance(f)}; at most {_far(f)}",
    _C.PRINTED_AS: "printed as {original} / {replayed}",
    _C.PART_SAME: "only a part of it is known of the original, which is the same in {same}/{total}",
    _C.PART_KNOWN: "only a part of it may be known of the original",
    _C.NOT_COMPARED: lambda f: "not compared: " + ", ".join(_not_compared(f)),
    _C.NOT_COUNTED: lambda f: f"({REASONS[f['reason']]})",
    _C.FIGURES_SAME: "{numbers:#number} the same in {total}/{total}",
    _C.WRITTEN_AS: _written_as,
    _C.OTHER_COUNT: lambda f: f"{counted(f['original'], 'number')} / {' or '.join(map(str, f['replayed']))}",
    _C.NOT_COMPARABLE: "other bytes in {other}/{total}; what stands in it cannot be compared",
    _C.REST_DIFFERS: "not all of it was kept, and the whole is not the same in {other}/{total}",
    _C.CATEGORY_DIFFERS: lambda f: (
        f"{_category(f)} in the original, {_categories(f['replays'])} in {f['other']}/{f['total']} replays: "
        f"p = {probability(f['p_value'])}"
    ),
    _C.CATEGORY_OCCURS: _category_occurs,
    _C.CATEGORY_UNSEEN: lambda f: (
        f"{_category(f)} in the original, {_categories(f['replays'])} in all {f['total']} replays; too few of them to "
        "exclude chance"
    ),
    _C.TOO_FEW: "{usable:#usable replay}: nothing can be concluded below {least}",
    _C.SAME_BITS_ANY_ENTROPY: "same bits in {total}/{total}, whatever the entropy",
    _C.WITHIN_ANY_ENTROPY: lambda f: f"within {_tolerance(f)} in {f['total']}/{f['total']}, whatever the entropy",
    _C.REPLAYS_LEFT_OUT: "{left_out} of {total} replays gave no number and are left out",
    _C.INSIDE_INTERVAL: _interval("inside"),
    _C.OUTSIDE_INTERVAL: _interval("outside"),
    _C.DETERMINISTIC_MISMATCH: "deterministic mismatch: all {replays} replays give {value}",
    _C.SEQUENCE_DECIDED: "sequential test: {decision}, p = {p_value:p}",
    _C.SEQUENCE_OPEN: "sequential test: none of {replays:#replay} as extreme so far, at most {at_most} more",
    _C.LOOKS_DECIDED: "sequential test, looks at {looks:list} replays: {decision}, p = {p_value:p}",
    _C.LOOKS_OPEN: "sequential test: undecided until the look at {next_look} replays, at most {at_most} more",
    _C.BEST_OF: "picked as the best of {selected_from}: P(best of {selected_from} at least as good) = {p_value:p}",
    _C.BEST_OF_SIBLINGS: "of the {runs} runs of its search this one is the best in {metrics:list}: it is judged as one "
    "that was picked for that (--selected-from 1 if it was not)",
    _C.TRIAL_ALONE: "trial {trial} was run alone, from the state that it began with; so it gives what it gives in a "
    "replay of the whole program",
    _C.TRIAL_ALONE_FRESH: "trial {trial} was run alone, with the parameters that it had and new randomness",
    _C.TRIAL_WITH_PROGRAM: lambda f: (
        f"trial {f['trial']} was replayed with the whole program: {_NOT_ALONE[f['reason']]}"
    ),
    _C.WHOLE_CURVE: "whole curve (conformal, {steps} steps): p = {p_value:p}",
    _C.CURVE_VALUES: "p of the curve's values: final {final:p}, best {best:p}, mean {mean:p}",
    _C.CURVE_LENGTH: "number of steps {steps}, in replays {fewest} to {most}: p = {p_value:p}",
    _C.EQUIVALENCE_NOT_TESTED: "equivalence within {margin:short} is not tested: one original needs a margin of "
    "{least:short} or more ({sigmas:g} standard deviations)",
    _C.EQUIVALENT: "equivalent within the declared margin {margin:short} (p = {p_value:p})",
    _C.EQUIVALENCE_NOT_SHOWN: "equivalence not shown within the declared margin {margin:short} (p = {p_value:p})",
    _C.RANK_DISAGREES: "the rank test, which assumes no distribution, gives p = {p_value:p}",
    _C.COARSE: "all {replays} replays give {value} while other metrics vary: tested by rank (p = {p_value:p}, which no "
    "difference makes smaller); declare its quantum for a sharper test",
    _C.REJECTED: "p = {p_value:p}",
    _C.REJECTED_CORRECTED: "p = {p_value:p} after correction",
    _C.DETECTABLE: "a shift of {shift:short} ({sigmas:.1f} standard deviations) would have been detected with "
    "{power:%} power",
    _C.MOVES_WITH: "moves exactly with {metric} and is judged with it",
    _C.FRESH_WEIGHTS: "same weights in {same}/{total}",
    _C.IDENTICAL: "{metrics:#metric} identical in {total}/{total} exact replays "
    "(P(identical) >= {bound:p} with {confidence:%} confidence)",
    _C.ALL_WITHIN: "{metrics:#metric} within tolerance in {total}/{total} exact replays "
    "(P(within tolerance) >= {bound:p} with {confidence:%} confidence)",
    _C.TALLY: _tally,
    _C.METRICS_ONLY: "every metric has the same bits, a model or output has not: the programs did not do the same",
    _C.NO_METRICS: "the original logged no metrics: what it printed and wrote was compared",
    _C.WORDS_ONLY: "the original logged no metrics, and what it printed and wrote holds no numbers: only words and "
    "bytes were compared",
    _C.OUTPUTS_DIFFER: _outputs_differ,
    _C.ROOTS_REPEATED: "{replays:#replay} left out: the entropy root was used before",
    _C.ROOTS_UNKNOWN: "{replays:#replay} without a recorded entropy root: taken to be independent",
    _C.TOO_FEW_FRESH: "{usable:#usable fresh replay}: differences are shown, but nothing can be concluded below "
    "{least}",
    _C.CONSISTENT: _consistent,
    _C.NOT_PROVED_EQUAL: "consistent is not proved equal: with {replays} replays of one original only shifts of "
    "{sigmas:.1f} standard deviations or more are detected with {power:%} power",
    _C.BETTER_THAN_ALL: "the original is better than every fresh replay in {metrics:list}: chance 1 in {one_in} for an "
    "ordinary run; if it was picked as the best of K runs, declare selected_from=K",
    _C.REPLAYS_MADE: lambda f: counted(f["replays"], f"{f['kind']} replay"),
    _C.KNOWN_IN_PART: "not all of the original is known; what is known is not another one: {items:list}",
    _C.NO_REPLAYS: "there are no replays",
    _C.NOTHING_RAN: "{total} of {total:#replay} failed ({parts})",
    _C.SAME_BEFORE_FAILING: "what the replays logged before failing is the same: {metrics:list}",
    _C.NOT_ORDINARY: "but the original is not an ordinary draw: fresh replays diverge from it. What was recorded can "
    "be repeated; a run with other entropy gives something else",
    _C.NO_ENTROPY: "the run draws no entropy: fresh replays cannot explain the difference",
    _C.OTHER_CAUSES: "what differs is not recorded randomness: the time of day, threads and the order in which they "
    "finish, files that changed, or the network; `bis diff` compares the machines and packages, and one thread "
    "(OMP_NUM_THREADS=1) shows whether threads are the cause",
    _C.CHANGES_MAY_EXPLAIN: "something was knowingly changed in the replays, which may be the cause",
    _C.ORIGINAL_FAILED: _original_failed,
    _C.EXACT_SAID: "exact replays: {level}: {parts}",
    _C.FRESH_WOULD_DECIDE: "{replays:#more fresh replay} would decide",
    _C.ONLY_FRESH_CAN_TELL: "only fresh replays can show whether the difference is more than the run's own "
    "randomness: {least} would decide, 8 to 10 give nearly all the power that one original allows",
    _C.EXACT_WOULD_DECIDE: "{replays:#more exact replay} that end would decide",
    _C.FACET_LACKING: "{facet}: {consequence}",
    _C.REPLAY_NOT_STORED: "replay {replay} could not be stored as a child run: {message}",
    _C.REPLAYS_NOT_STORED: "replays {replays:list} could not be stored as child runs: {message}",
    _C.VERDICT_NOT_STORED: "the verdict could not be stored with the run: {message}",
    _C.PAGE_NOT_STORED: "the page of the run could not be stored with it: {message}",
    _C.MODELS_NOT_TAGGED: "the models of the run could not be tagged with the verdict: {message}",
    _C.NOTE_NOT_WRITTEN: "the note of the run was left as it is: {message}",
    _C.WARM_DIFFERS: "a replay in a fork of a process that had imported was not the same as one that was started anew: "
    "it was left out, and each replay was started anew",
    _C.RAN_IN_SANDBOX: _ran_in_sandbox,
    _C.RAN_WITHOUT_SANDBOX: "the replays ran without a sandbox: only what Python writes outside of their folders was "
    "refused; programs that they started, native code and the network were not",
    _C.PROGRAMS_NOT_WATCHED: "the replays started programs that are not watched ({programs:list}): what these tried "
    "outside of the sandbox did not happen, and is named only where it left something",
    _C.WARM_FAILED: "the process that imports for all replays could not be used: each was started anew",
    _C.RUNS_COMPARED: lambda f: (
        f"all {f['total']} runs: {f['first']}"
        if f["compared"] == f["total"]
        else f"{f['compared']} of {f['total']} runs: {f['first']}"
    ),
    _C.RUNS_TALLY: lambda f: (
        "runs: " + ", ".join(f"{n} {level}" for level, n in zip(f["levels"], f["counts"], strict=True))
    ),
    _C.RUNS_CREATED: lambda f: (
        f"{f['original']} in the original, {' to '.join(map(str, f['replayed'])) or 'another number'} in replays"
    ),
    _C.RUNS_AS_SET: "nothing but results (no parent, name, param, tag or what was logged) tells {runs:#run} from "
    "others of the program: compared as a set, paired by their results",
    _C.RUNS_NOT_FOUND: "{runs:#run} of the program not compared: deleted, logged to a store elsewhere, or recorded "
    "with another program",
    _C.RUNS_WITHOUT_RESULTS: "{runs:#run} logged nothing that can be compared",
    _C.REPLAYS_OF_ONE_RUN: "{replays:#earlier replay} left out: only one run of each was kept",
    _C.COMPARED: _compared,
    _C.NOTHING_TO_COMPARE: lambda f: NOTHING[f["basis"]],
    _C.PRINTED_BITS: "exactly the double that the {digits:#digit} printed represent",
    _C.PRINTED_ROUNDED: _printed("equal to all {digits} printed (rounded)"),
    _C.PRINTED_CUT: _printed("equal to all {digits} printed (cut off, not rounded)"),
    _C.PRINTED_DIGITS: _printed("equal to the 15 digits that a double keeps, of {digits} printed"),
    _C.PRINTED_DIFFERS: _printed_differs,
    _C.IN_ALL_RUNS: "in {runs}/{runs} runs",
    _C.FOUND_WITHIN: lambda f: f"found {f['found']}, within {_tolerance(f)}",
    _C.FOUND_OUTSIDE: lambda f: f"found {f['found']}, outside {_tolerance(f)}",
    _C.TOO_FEW_RUNS: _too_few_runs,
    _C.NOT_NUMBERS: "not all values of the runs are numbers",
    _C.MEANS_COMPARED: "difference of means {difference:short}: p = {p_value:p} ({variance} t-test, level "
    "{level:.3g}), {p_permutation:p} by permutation",
    _C.OUTPUT_GONE: "does not give this output any more",
    _C.SAVED_NOT_FINITE: "{saved} was saved, {found} is printed now",
    _C.TOO_FEW_DIGITS: "printed {printed}, found {found}: too few digits to tell them apart",
    _C.SAVED_COMPARED: _saved_compared,
    _C.PICTURES_COMPARED: _pictures_compared,
    _C.SAVED_AGREE: _saved_agree,
    _C.SAVED_VALUE_DIFFERS: lambda f: f"{f['saved'] or 'nothing'} was saved, {f['found'] or 'nothing'} is given now",
    _C.SAVED_LINE_DIFFERS: "{saved!r} was saved, {found!r} is printed now",
    _C.SAVED_LINE_GONE: "{saved!r} was saved, and is not given now",
    _C.LINE_NOT_SAVED: "{found!r} is given now, and was not saved",
    _C.SAVED_SHAPE_DIFFERS: "a table of {saved} was saved, one of {found} is given now",
    _C.SAVED_TEXT_DIFFERS: lambda f: f"{f['saved']!r} / {f['found']!r}" + _more(f["lines"] - 1, "line"),
    _C.PICTURE_COMPARED: lambda f: LIKENESSES[f["likeness"]] + _pixels(f),
    _C.PICTURE_NOT_SAVED: "was not saved",
    _C.RAISED_NOW: "ended well when it was saved, raises {found!r} now",
    _C.RAISED_WHEN_SAVED: "was saved with the error {saved!r}, ends well now",
    _C.RAISED_OTHERWISE: "was saved with the error {saved!r}, raises {found!r} now",
    _C.CELL_NOT_REACHED: lambda f: "not reached" + (f": the run ended in cell {f['failed']}" if "failed" in f else ""),
    _C.CELLS_NOT_REACHED: lambda f: f"{counted(f['cells'], 'cell')} with saved outputs not reached",
    _C.CELLS_RAISE_AGAIN: lambda f: f"{_cells(f['cells'])} again the error with which it was saved",
    _C.CELLS_NOT_RUN: "{cells:#cell} not run, as a server or a skipped cell is not: not compared",
    _C.CELLS_INSTALL: "{cells:#cell} that only installs packages: not compared",
    _C.CELLS_EXPLORE: "{cells:#cell} that only looks at files, packages or the machine: not compared",
    _C.CELLS_NOT_SAVED: "{cells:#cell} saved without an output, with one now: not compared",
    _C.CELLS_LOG: "{cells:#cell} with lines of libraries (logs, progress, warnings): these are not compared",
    _C.CELLS_TELL_SURROUNDINGS: "{cells:#cell} with times, ids, versions or paths, by its source: not compared",
    _C.CELLS_WORD_OTHERWISE: "{cells:#cell} with other words around the results, or texts that are none",
    **COMPARISON,
    **ENVIRONMENT,
    **EXPLANATION,
}
