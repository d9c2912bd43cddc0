"""What each statement of an explanation reads as in English; see `bis.report.text.english_statements` for the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bis.model.statement import StatementCode
from bis.report.text.figure_words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_C = StatementCode


def whole_percent(value: float) -> str:
    """A share in whole percent, cut to 0 to 100: what is estimated may fall outside."""
    return f"{100 * min(1.0, max(0.0, value)):.0f} %"


def _explained(figures: Mapping[str, Any]) -> str:
    of = f"the predictions of {figures['target']}" if figures["predictions"] else figures["target"]
    text = f"{figures['cause']} explains {whole_percent(figures['share'])} of the variance of {of}"
    within = [f"{whole_percent(figures['low'])} to {whole_percent(figures['high'])}"] if "low" in figures else []
    if figures.get("indicative"):
        within.append("indicative")
    return f"{text} ({', '.join(within)})" if within else text


def _grouped(figures: Mapping[str, Any]) -> str:
    names = " and ".join(figures["roles"]) if len(figures["roles"]) < 3 else ", ".join(figures["roles"])
    why = (
        "a replay takes more than a minute; --causes takes a group apart"
        if figures["long"]
        else "at most five causes can be told apart at once, and these move the results least"
    )
    return f"{names} vary together, as one cause: {why}"


_UNFIT = {
    "other-columns": "the probe has other columns than those that it was trained on",
    "refused": "it raised an error",
    "no-numbers": "what it predicts cannot be compared",
    "not-finite": "some of what it predicts is not a number, or infinite",
    "absent": "not every replay has this model",
}


def _probe_unfit(figures: Mapping[str, Any]) -> str:
    why = _UNFIT.get(figures["problem"], figures["problem"])
    detail = f" ({figures['detail']})" if figures["detail"] else ""
    return f"the model does not predict for the probe: {why}{detail}"


def _bits_differ(figures: Mapping[str, Any]) -> str:
    text = "two replays with the very same seeds do not have the same bits: the scheduling line says how much that is"
    if figures["draws"]:
        text += ". They do not even draw the same numbers: some randomness is out of control"
    return text


def _left_out(figures: Mapping[str, Any]) -> str:
    blocks = counted(figures["blocks"], "block")
    failed = counted(figures["failed"], "replay")
    return (
        f"{failed} failed ({figures['message']}): {blocks} of {figures['total']} left out. "
        "If the seeds decide which fail, the shares are those of the others"
    )


def _not_reached(figures: Mapping[str, Any]) -> str:
    found = f"they reach {figures['half_width']:.1f}" if "half_width" in figures else "there are none yet"
    return (
        f"the intervals for {figures['target']} were to reach {figures['points']:g} points to either side: {found} "
        f"after {counted(figures['blocks'], 'block')}"
    )


EXPLANATION: dict[StatementCode, str | Callable[[Mapping[str, Any]], str]] = {
    _C.EXPLAINED: _explained,
    _C.NOTHING_DRAWN: "nothing is drawn: the program uses no randomness that could explain a difference",
    _C.NOTHING_VARIES: "nothing varies: all results are the same in {replays:#replay}, whatever the seeds of "
    "{causes:list}",
    _C.NO_TARGETS: "there is nothing to explain: the run logs no metric that is a result, and no model of it predicts",
    _C.NO_SHARES: "no shares can be given; each target says why",
    _C.SEEDS_DRAWN: "the program sets seeds for {roles:list}: in these replays, and only in these, they are drawn anew "
    "instead. With its own seeds these causes do not vary at all",
    _C.CAUSES_GROUPED: _grouped,
    _C.ROLES_UNMOVED: "numbers are drawn for {roles:list}, but no bit of any result moved with other seeds for "
    "each alone, in two comparisons: they have the same seeds in all replays",
    _C.UNKNOWN_PLACES: lambda f: (
        f"{100 * f['share']:.0f} % of the numbers are drawn at places that are not known to bis: they count as `other`"
    ),
    _C.DRAWS_DEPEND: "what is drawn for {role} depends on the seeds of {cause}: the numbers, or how many there are. "
    "Part of the effect of {cause} goes through {role}, and counts for {cause}",
    _C.BITS_DIFFER: _bits_differ,
    _C.BLOCKS_LEFT_OUT: _left_out,
    _C.TOO_MANY_FAILED: "stopped: {failed} of {made:#replay} failed ({message}), in {blocks:#block}. Too few "
    "blocks could be complete, and whatever varied in them would be a selection; `bis replay RUN_ID --fresh` shows how "
    "often the program fails",
    _C.EXAMPLES_LOST: lambda f: (
        f"what {f['model'] or 'the program'} predicted for could not be kept ({f['reason']}): there are no shares of "
        "these predictions. --probe FILE gives other examples"
    ),
    _C.BUDGET_ALLOWS: "the budget allows {blocks:#block} of {wanted}",
    _C.OTHERS_FIXED: "numbers are drawn for {roles:list} as well, from the same seeds in all replays, since only "
    "some causes were asked for: the shares divide what still varies then",
    _C.TIME_IS_UP: "time was up after {blocks:#complete block} of {wanted}: the same command goes on from there",
    _C.PRECISION_REACHED: "precise enough after {blocks:#block}: the intervals for {target} reach {half_width:.1f} "
    "points to either side, {points:g} were asked for",
    _C.PRECISION_NOT_REACHED: _not_reached,
    _C.REPLAYS_CONTINUED: "{replays:#replay} had been made before, and count",
    _C.NOT_CONTROLLED: "not controlled: {what} ({why})",
    _C.ATTRIBUTION_NOT_STORED: "the explanation could not be stored with the run: {message}",
    _C.TARGET_CONSTANT: "the same in all {replays:#replay}: no seed changes it",
    _C.TARGET_NOT_FINITE: "not a number, or infinite, in {values} of {total:#replay}: no shares",
    _C.TARGET_NOT_LOGGED: "missing in {absent} of {total:#replay}: what is left would be a selection",
    _C.TARGET_ALL_NOISE: lambda f: (
        f"{whole_percent(f['share'])} of the variance is there with the very same seeds, too: nothing can be divided "
        "among them"
    ),
    _C.TARGET_VARIES_OTHERWISE: "differs from block to block ({blocks:#block}), but none of the causes changes it: "
    "something else does",
    _C.TARGET_UNRESOLVED: "too coarse to be divided after {blocks:#block}: the seeds change it, but not between the "
    "replays in which all of them differ",
    _C.TOO_FEW_BLOCKS: "{blocks:#complete block}: at least {least} are needed",
    _C.PROBE_UNFIT: _probe_unfit,
    _C.OTHER_SHAPE: "the replays do not predict the same number of values",
}
