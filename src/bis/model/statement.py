"""Statements: what a verdict says, as a code with figures. The words for it are made in `bis.report` only."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

Figure = str | int | float | bool | tuple[str | int, ...]


class StatementCode(str, Enum):
    """What is said. `STATEMENT_FIGURES` names the figures that belong to each code."""

    # How one run ended: parts of other statements.
    ENDED_WELL = "ended-well"
    ENDED_WITH_CODE = "ended-with-code"
    RAISED = "raised"
    ENDED_BY_SIGNAL = "ended-by-signal"
    FAILED = "failed"

    # How all replays ended.
    ENDS_ALIKE = "ends-alike"
    FAILS_ALIKE = "fails-alike"
    ALL_FAILED = "all-failed"
    SOME_FAILED_OUTSIDE = "some-failed-outside"
    SOME_END_OTHERWISE = "some-end-otherwise"
    END_IS_RARE = "end-is-rare"
    END_IS_UNSEEN = "end-is-unseen"
    END_IS_ORDINARY = "end-is-ordinary"
    END_NOT_KNOWN = "end-not-known"

    # One metric in exact replays.
    SAME_BITS = "same-bits"
    SAME_BITS_SOME_FAILED = "same-bits-some-failed"
    SAME_SO_FAR = "same-so-far"
    NOT_REACHED = "not-reached"
    WITHIN_TOLERANCE = "within-tolerance"
    NOT_LOGGED = "not-logged"
    METRIC_DIFFERS = "metric-differs"
    DIVERGES_AT_STEP = "diverges-at-step"
    DIFFERS_BY = "differs-by"
    READS_AS = "reads-as"
    NOT_IN_ORIGINAL = "not-in-original"

    # Models, files and printed text.
    DIGEST_NOT_RECORDED = "digest-not-recorded"
    SAME_CONTENT = "same-content"
    OTHER_CONTENT = "other-content"
    SAME_CONTENTS = "same-contents"
    SAME_TEXT = "same-text"
    LINES_MOVED = "lines-moved"
    STREAMS_TOGETHER = "streams-together"
    OTHER_TEXT = "other-text"
    NOT_PRINTED = "not-printed"
    LINE_DIFFERS = "line-differs"
    SAME_WORDS = "same-words"
    PRINTED_WITHIN = "printed-within"
    PRINTED_AS = "printed-as"
    PART_SAME = "part-same"
    PART_KNOWN = "part-known"
    NOT_COMPARED = "not-compared"
    NOT_COUNTED = "not-counted"
    FIGURES_SAME = "figures-same"
    WRITTEN_AS = "written-as"
    OTHER_COUNT = "other-count"
    NOT_COMPARABLE = "not-comparable"
    REST_DIFFERS = "rest-differs"

    # One metric in fresh replays.
    CATEGORY_DIFFERS = "category-differs"
    CATEGORY_OCCURS = "category-occurs"
    CATEGORY_UNSEEN = "category-unseen"
    TOO_FEW = "too-few"
    SAME_BITS_ANY_ENTROPY = "same-bits-any-entropy"
    WITHIN_ANY_ENTROPY = "within-any-entropy"
    REPLAYS_LEFT_OUT = "replays-left-out"
    INSIDE_INTERVAL = "inside-interval"
    OUTSIDE_INTERVAL = "outside-interval"
    DETERMINISTIC_MISMATCH = "deterministic-mismatch"
    SEQUENCE_DECIDED = "sequence-decided"
    SEQUENCE_OPEN = "sequence-open"
    LOOKS_DECIDED = "looks-decided"
    LOOKS_OPEN = "looks-open"
    BEST_OF = "best-of"
    BEST_OF_SIBLINGS = "best-of-siblings"
    TRIAL_ALONE = "trial-alone"
    TRIAL_ALONE_FRESH = "trial-alone-fresh"
    TRIAL_WITH_PROGRAM = "trial-with-program"
    WHOLE_CURVE = "whole-curve"
    CURVE_VALUES = "curve-values"
    CURVE_LENGTH = "curve-length"
    EQUIVALENCE_NOT_TESTED = "equivalence-not-tested"
    EQUIVALENT = "equivalent"
    EQUIVALENCE_NOT_SHOWN = "equivalence-not-shown"
    RANK_DISAGREES = "rank-disagrees"
    COARSE = "coarse"
    REJECTED = "rejected"
    REJECTED_CORRECTED = "rejected-corrected"
    DETECTABLE = "detectable"
    MOVES_WITH = "moves-with"
    FRESH_WEIGHTS = "fresh-weights"

    # The replays of one kind.
    IDENTICAL = "identical"
    ALL_WITHIN = "all-within"
    TALLY = "tally"
    METRICS_ONLY = "metrics-only"
    NO_METRICS = "no-metrics"
    WORDS_ONLY = "words-only"
    OUTPUTS_DIFFER = "outputs-differ"
    ROOTS_REPEATED = "roots-repeated"
    ROOTS_UNKNOWN = "roots-unknown"
    TOO_FEW_FRESH = "too-few-fresh"
    CONSISTENT = "consistent"
    NOT_PROVED_EQUAL = "not-proved-equal"
    BETTER_THAN_ALL = "better-than-all"
    REPLAYS_MADE = "replays-made"
    KNOWN_IN_PART = "known-in-part"

    # The whole.
    NO_REPLAYS = "no-replays"
    NOTHING_RAN = "nothing-ran"
    SAME_BEFORE_FAILING = "same-before-failing"
    NOT_ORDINARY = "not-ordinary"
    NO_ENTROPY = "no-entropy"
    OTHER_CAUSES = "other-causes"
    CHANGES_MAY_EXPLAIN = "changes-may-explain"
    ORIGINAL_FAILED = "original-failed"
    EXACT_SAID = "exact-said"
    FRESH_WOULD_DECIDE = "fresh-would-decide"
    ONLY_FRESH_CAN_TELL = "only-fresh-can-tell"
    EXACT_WOULD_DECIDE = "exact-would-decide"
    FACET_LACKING = "facet-lacking"
    REPLAY_NOT_STORED = "replay-not-stored"
    REPLAYS_NOT_STORED = "replays-not-stored"
    VERDICT_NOT_STORED = "verdict-not-stored"
    PAGE_NOT_STORED = "page-not-stored"
    MODELS_NOT_TAGGED = "models-not-tagged"
    NOTE_NOT_WRITTEN = "note-not-written"
    WARM_DIFFERS = "warm-differs"
    WARM_FAILED = "warm-failed"
    RAN_IN_SANDBOX = "ran-in-sandbox"
    RAN_WITHOUT_SANDBOX = "ran-without-sandbox"
    PROGRAMS_NOT_WATCHED = "programs-not-watched"

    # Two runs that are compared.
    COMPARED_WITHOUT_CHANCE = "compared-without-chance"
    COMPARED_COPIES = "compared-copies"
    METRICS_OF_ONE = "metrics-of-one"
    COMPARED_FAILURES = "compared-failures"
    COMPARISON_CANNOT_DECIDE = "comparison-cannot-decide"
    EARLIER_LOOKED_AT = "earlier-looked-at"

    # Several runs of one program.
    RUNS_COMPARED = "runs-compared"
    RUNS_TALLY = "runs-tally"
    RUNS_CREATED = "runs-created"
    RUNS_AS_SET = "runs-as-set"
    RUNS_NOT_FOUND = "runs-not-found"
    RUNS_WITHOUT_RESULTS = "runs-without-results"
    REPLAYS_OF_ONE_RUN = "replays-of-one-run"

    # Published figures and saved outputs.
    COMPARED = "compared"
    NOTHING_TO_COMPARE = "nothing-to-compare"
    PRINTED_BITS = "printed-bits"
    PRINTED_ROUNDED = "printed-rounded"
    PRINTED_CUT = "printed-cut"
    PRINTED_DIGITS = "printed-digits"
    PRINTED_DIFFERS = "printed-differs"
    IN_ALL_RUNS = "in-all-runs"
    FOUND_WITHIN = "found-within"
    FOUND_OUTSIDE = "found-outside"
    TOO_FEW_RUNS = "too-few-runs"
    NOT_NUMBERS = "not-numbers"
    MEANS_COMPARED = "means-compared"
    OUTPUT_GONE = "output-gone"
    SAVED_NOT_FINITE = "saved-not-finite"
    TOO_FEW_DIGITS = "too-few-digits"

    # The saved outputs of a notebook.
    SAVED_COMPARED = "saved-compared"
    PICTURES_COMPARED = "pictures-compared"
    SAVED_AGREE = "saved-agree"
    SAVED_VALUE_DIFFERS = "saved-value-differs"
    SAVED_LINE_DIFFERS = "saved-line-differs"
    SAVED_LINE_GONE = "saved-line-gone"
    LINE_NOT_SAVED = "line-not-saved"
    SAVED_SHAPE_DIFFERS = "saved-shape-differs"
    SAVED_TEXT_DIFFERS = "saved-text-differs"
    PICTURE_COMPARED = "picture-compared"
    PICTURE_NOT_SAVED = "picture-not-saved"
    RAISED_NOW = "raised-now"
    RAISED_WHEN_SAVED = "raised-when-saved"
    RAISED_OTHERWISE = "raised-otherwise"
    CELL_NOT_REACHED = "cell-not-reached"
    CELLS_NOT_REACHED = "cells-not-reached"
    CELLS_RAISE_AGAIN = "cells-raise-again"
    CELLS_NOT_RUN = "cells-not-run"
    CELLS_INSTALL = "cells-install"
    CELLS_EXPLORE = "cells-explore"
    CELLS_NOT_SAVED = "cells-not-saved"
    CELLS_LOG = "cells-log"
    CELLS_TELL_SURROUNDINGS = "cells-tell-surroundings"
    CELLS_WORD_OTHERWISE = "cells-word-otherwise"

    # Explanations: the whole.
    EXPLAINED = "explained"
    NOTHING_DRAWN = "nothing-drawn"
    NOTHING_VARIES = "nothing-varies"
    NO_TARGETS = "no-targets"
    NO_SHARES = "no-shares"
    SEEDS_DRAWN = "seeds-drawn"
    CAUSES_GROUPED = "causes-grouped"
    ROLES_UNMOVED = "roles-unmoved"
    UNKNOWN_PLACES = "unknown-places"
    DRAWS_DEPEND = "draws-depend"
    BITS_DIFFER = "bits-differ"
    BLOCKS_LEFT_OUT = "blocks-left-out"
    TOO_MANY_FAILED = "too-many-failed"
    EXAMPLES_LOST = "examples-lost"
    BUDGET_ALLOWS = "budget-allows"
    TIME_IS_UP = "time-is-up"
    OTHERS_FIXED = "others-fixed"
    PRECISION_REACHED = "precision-reached"
    PRECISION_NOT_REACHED = "precision-not-reached"
    REPLAYS_CONTINUED = "replays-continued"
    NOT_CONTROLLED = "not-controlled"
    ATTRIBUTION_NOT_STORED = "attribution-not-stored"

    # Explanations: one target.
    TARGET_CONSTANT = "target-constant"
    TARGET_NOT_FINITE = "target-not-finite"
    TARGET_NOT_LOGGED = "target-not-logged"
    TARGET_ALL_NOISE = "target-all-noise"
    TARGET_VARIES_OTHERWISE = "target-varies-otherwise"
    TARGET_UNRESOLVED = "target-unresolved"
    TOO_FEW_BLOCKS = "too-few-blocks"
    PROBE_UNFIT = "probe-unfit"
    OTHER_SHAPE = "other-shape"

    # Environment settings that are varied.
    SETTING_AS_RECORDED = "setting-as-recorded"
    VERSION_UNAVAILABLE = "version-unavailable"
    ENVIRONMENT_NOT_BUILT = "environment-not-built"
    RECORDED_REPLAYS_FAILED = "recorded-replays-failed"
    CHANGED_REPLAYS_FAILED = "changed-replays-failed"
    SETTING_NOT_TAKEN = "setting-not-taken"
    SETTING_REACHES_NOTHING = "setting-reaches-nothing"
    SETTING_DOES_NOT_GOVERN = "setting-does-not-govern"
    SAME_FOR_ALL_ROOTS = "same-for-all-roots"
    PAIRS_LEFT_OUT = "pairs-left-out"
    REQUIREMENT_NOT_MET = "requirement-not-met"
    PACKAGES_STAY = "packages-stay"


_C = StatementCode
_ENDING = ("cell?", "count?")
_DISTANCE = ("ulps?", "precision?", "relative?")
_TOLERANCE = ("origin", "atol", "rtol")

# The figures of each code; those with a question mark are left out where they do not apply.
STATEMENT_FIGURES: dict[StatementCode, tuple[str, ...]] = {
    _C.ENDED_WELL: ("count?",),
    _C.ENDED_WITH_CODE: ("exit_code", "count?"),
    _C.RAISED: ("exception", *_ENDING),
    _C.ENDED_BY_SIGNAL: ("stage", "signal", *_ENDING),
    _C.FAILED: ("stage", "message?", *_ENDING),
    _C.ENDS_ALIKE: ("same", "total"),
    _C.FAILS_ALIKE: ("same", "total"),
    _C.ALL_FAILED: ("failed", "total"),
    _C.SOME_FAILED_OUTSIDE: ("failed", "total"),
    _C.SOME_END_OTHERWISE: ("other", "total"),
    _C.END_IS_RARE: ("same", "total", "p_value"),
    _C.END_IS_UNSEEN: ("total",),
    _C.END_IS_ORDINARY: ("other", "total", "p_value"),
    _C.END_NOT_KNOWN: ("total",),
    _C.SAME_BITS: ("same", "total", "steps"),
    _C.SAME_BITS_SOME_FAILED: ("same", "total", "steps", "failed"),
    _C.SAME_SO_FAR: ("logged",),
    _C.NOT_REACHED: (),
    _C.WITHIN_TOLERANCE: (*_TOLERANCE, "same", "total", "steps", "last_only", *_DISTANCE),
    _C.NOT_LOGGED: ("absent", "total"),
    _C.METRIC_DIFFERS: ("differing", "total", "steps", "other_steps?"),
    _C.DIVERGES_AT_STEP: ("step", *_DISTANCE),
    _C.DIFFERS_BY: _DISTANCE,
    _C.READS_AS: ("pattern", "draws?"),
    _C.NOT_IN_ORIGINAL: ("logged", "total"),
    _C.DIGEST_NOT_RECORDED: ("content",),
    _C.SAME_CONTENT: ("content", "same", "total"),
    _C.OTHER_CONTENT: ("content", "other", "absent", "total"),
    _C.SAME_CONTENTS: ("kind", "same", "listed", "total"),
    _C.SAME_TEXT: ("total",),
    _C.LINES_MOVED: ("total",),
    _C.STREAMS_TOGETHER: (),
    _C.OTHER_TEXT: ("other", "total"),
    _C.NOT_PRINTED: ("absent", "total"),
    _C.LINE_DIFFERS: ("line", "original", "replayed"),
    _C.SAME_WORDS: ("total", "numbers_differ"),
    _C.PRINTED_WITHIN: (*_TOLERANCE, *_DISTANCE),
    _C.PRINTED_AS: ("original", "replayed"),
    _C.PART_SAME: ("same", "total"),
    _C.PART_KNOWN: (),
    _C.NOT_COMPARED: ("tokens", "counts?"),
    _C.NOT_COUNTED: ("reason",),
    _C.FIGURES_SAME: ("numbers", "total"),
    _C.WRITTEN_AS: ("original", "replayed", "differing", "numbers"),
    _C.OTHER_COUNT: ("original", "replayed"),
    _C.NOT_COMPARABLE: ("other", "total"),
    _C.REST_DIFFERS: ("other", "total"),
    _C.CATEGORY_DIFFERS: ("original", "replays", "other", "total", "p_value"),
    _C.CATEGORY_OCCURS: ("original", "same", "total", "low", "high", "confidence"),
    _C.CATEGORY_UNSEEN: ("original", "replays", "total"),
    _C.TOO_FEW: ("usable", "least"),
    _C.SAME_BITS_ANY_ENTROPY: ("total",),
    _C.WITHIN_ANY_ENTROPY: (*_TOLERANCE, "total"),
    _C.REPLAYS_LEFT_OUT: ("left_out", "total"),
    _C.INSIDE_INTERVAL: ("low", "high", "confidence", "replays", "last_only"),
    _C.OUTSIDE_INTERVAL: ("low", "high", "confidence", "replays", "last_only"),
    _C.DETERMINISTIC_MISMATCH: ("replays", "value"),
    _C.SEQUENCE_DECIDED: ("decision", "p_value"),
    _C.SEQUENCE_OPEN: ("replays", "at_most"),
    _C.LOOKS_DECIDED: ("looks", "decision", "p_value"),
    _C.LOOKS_OPEN: ("next_look", "at_most"),
    _C.BEST_OF: ("selected_from", "p_value"),
    _C.BEST_OF_SIBLINGS: ("runs", "metrics"),
    _C.TRIAL_ALONE: ("trial",),
    _C.TRIAL_ALONE_FRESH: ("trial",),
    _C.TRIAL_WITH_PROGRAM: ("trial", "reason"),
    _C.WHOLE_CURVE: ("steps", "p_value"),
    _C.CURVE_VALUES: ("final", "best", "mean"),
    _C.CURVE_LENGTH: ("steps", "fewest", "most", "p_value"),
    _C.EQUIVALENCE_NOT_TESTED: ("margin", "least", "sigmas"),
    _C.EQUIVALENT: ("margin", "p_value"),
    _C.EQUIVALENCE_NOT_SHOWN: ("margin", "p_value"),
    _C.RANK_DISAGREES: ("p_value",),
    _C.COARSE: ("replays", "value", "p_value"),
    _C.REJECTED: ("p_value",),
    _C.REJECTED_CORRECTED: ("p_value",),
    _C.DETECTABLE: ("shift", "sigmas", "power"),
    _C.MOVES_WITH: ("metric",),
    _C.FRESH_WEIGHTS: ("same", "total"),
    _C.IDENTICAL: ("metrics", "total", "bound", "confidence"),
    _C.ALL_WITHIN: ("metrics", "total", "bound", "confidence"),
    _C.TALLY: ("identical", "metrics", "within", "different", "replays"),
    _C.METRICS_ONLY: (),
    _C.NO_METRICS: (),
    _C.WORDS_ONLY: (),
    _C.OUTPUTS_DIFFER: ("items", "more"),
    _C.ROOTS_REPEATED: ("replays",),
    _C.ROOTS_UNKNOWN: ("replays",),
    _C.TOO_FEW_FRESH: ("usable", "least"),
    _C.CONSISTENT: ("consistent", "metrics", "replays", "alpha"),
    _C.NOT_PROVED_EQUAL: ("replays", "sigmas", "power"),
    _C.BETTER_THAN_ALL: ("metrics", "one_in"),
    _C.REPLAYS_MADE: ("kind", "replays"),
    _C.KNOWN_IN_PART: ("items",),
    _C.NO_REPLAYS: (),
    _C.NOTHING_RAN: ("total",),
    _C.SAME_BEFORE_FAILING: ("metrics",),
    _C.NOT_ORDINARY: (),
    _C.NO_ENTROPY: (),
    _C.OTHER_CAUSES: (),
    _C.CHANGES_MAY_EXPLAIN: (),
    _C.ORIGINAL_FAILED: ("same", "total"),
    _C.EXACT_SAID: ("level",),
    _C.FRESH_WOULD_DECIDE: ("replays",),
    _C.ONLY_FRESH_CAN_TELL: ("least",),
    _C.EXACT_WOULD_DECIDE: ("replays",),
    _C.FACET_LACKING: ("facet", "consequence"),
    _C.REPLAY_NOT_STORED: ("replay", "message"),
    _C.REPLAYS_NOT_STORED: ("replays", "message"),
    _C.VERDICT_NOT_STORED: ("message",),
    _C.PAGE_NOT_STORED: ("message",),
    _C.MODELS_NOT_TAGGED: ("message",),
    _C.NOTE_NOT_WRITTEN: ("message",),
    _C.WARM_DIFFERS: (),
    _C.WARM_FAILED: (),
    _C.RAN_IN_SANDBOX: ("sandbox", "network", "signals"),
    _C.RAN_WITHOUT_SANDBOX: (),
    _C.PROGRAMS_NOT_WATCHED: ("programs",),
    _C.COMPARED_WITHOUT_CHANCE: (),
    _C.COMPARED_COPIES: ("run",),
    _C.METRICS_OF_ONE: ("run", "metrics"),
    _C.COMPARED_FAILURES: ("failed_a", "total_a", "failed_b", "total_b"),
    _C.COMPARISON_CANNOT_DECIDE: ("metrics", "p_value"),
    _C.EARLIER_LOOKED_AT: ("earlier_a", "earlier_b"),
    _C.RUNS_COMPARED: ("compared", "total"),
    _C.RUNS_TALLY: ("levels", "counts"),
    _C.RUNS_CREATED: ("original", "replayed"),
    _C.RUNS_AS_SET: ("runs",),
    _C.RUNS_NOT_FOUND: ("runs",),
    _C.RUNS_WITHOUT_RESULTS: ("runs",),
    _C.REPLAYS_OF_ONE_RUN: ("replays",),
    _C.COMPARED: ("basis", "total", "levels", "counts"),
    _C.NOTHING_TO_COMPARE: ("basis",),
    _C.PRINTED_BITS: ("digits",),
    _C.PRINTED_ROUNDED: ("digits", *_DISTANCE),
    _C.PRINTED_CUT: ("digits", *_DISTANCE),
    _C.PRINTED_DIGITS: ("digits", *_DISTANCE),
    _C.PRINTED_DIFFERS: ("printed", "found", "units?"),
    _C.IN_ALL_RUNS: ("runs",),
    _C.FOUND_WITHIN: ("found", *_TOLERANCE),
    _C.FOUND_OUTSIDE: ("found", *_TOLERANCE),
    _C.TOO_FEW_RUNS: ("published", "ours", "least"),
    _C.NOT_NUMBERS: (),
    _C.MEANS_COMPARED: ("difference", "p_value", "variance", "level", "p_permutation"),
    _C.OUTPUT_GONE: (),
    _C.SAVED_NOT_FINITE: ("saved", "found"),
    _C.TOO_FEW_DIGITS: ("printed", "found"),
    _C.SAVED_COMPARED: ("results", "cells", "differing", "undecided", "within"),
    _C.PICTURES_COMPARED: ("pictures", "same", "within", "differing"),
    _C.SAVED_AGREE: ("results", "within", "label?"),
    _C.SAVED_VALUE_DIFFERS: ("saved", "found"),
    _C.SAVED_LINE_DIFFERS: ("saved", "found"),
    _C.SAVED_LINE_GONE: ("saved",),
    _C.LINE_NOT_SAVED: ("found",),
    _C.SAVED_SHAPE_DIFFERS: ("saved", "found"),
    _C.SAVED_TEXT_DIFFERS: ("lines", "saved", "found"),
    _C.PICTURE_COMPARED: ("likeness", "greatest?", "share?", "saved?", "found?"),
    _C.PICTURE_NOT_SAVED: (),
    _C.RAISED_NOW: ("found",),
    _C.RAISED_WHEN_SAVED: ("saved",),
    _C.RAISED_OTHERWISE: ("saved", "found"),
    _C.CELL_NOT_REACHED: ("failed?",),
    _C.CELLS_NOT_REACHED: ("cells",),
    _C.CELLS_RAISE_AGAIN: ("cells",),
    _C.CELLS_NOT_RUN: ("cells",),
    _C.CELLS_INSTALL: ("cells",),
    _C.CELLS_EXPLORE: ("cells",),
    _C.CELLS_NOT_SAVED: ("cells",),
    _C.CELLS_LOG: ("cells",),
    _C.CELLS_TELL_SURROUNDINGS: ("cells",),
    _C.CELLS_WORD_OTHERWISE: ("cells",),
    _C.EXPLAINED: ("cause", "share", "target", "predictions", "low?", "high?", "indicative?"),
    _C.NOTHING_DRAWN: (),
    _C.NOTHING_VARIES: ("causes", "replays"),
    _C.NO_TARGETS: (),
    _C.NO_SHARES: (),
    _C.SEEDS_DRAWN: ("roles",),
    _C.CAUSES_GROUPED: ("cause", "roles", "long"),
    _C.ROLES_UNMOVED: ("roles",),
    _C.UNKNOWN_PLACES: ("share",),
    _C.DRAWS_DEPEND: ("role", "cause"),
    _C.BITS_DIFFER: ("draws",),
    _C.BLOCKS_LEFT_OUT: ("blocks", "total", "failed", "message"),
    _C.TOO_MANY_FAILED: ("failed", "made", "blocks", "message"),
    _C.EXAMPLES_LOST: ("model", "reason"),
    _C.BUDGET_ALLOWS: ("blocks", "wanted"),
    _C.TIME_IS_UP: ("blocks", "wanted"),
    _C.OTHERS_FIXED: ("roles",),
    _C.PRECISION_REACHED: ("points", "half_width", "blocks", "target"),
    _C.PRECISION_NOT_REACHED: ("points", "half_width?", "blocks", "target"),
    _C.REPLAYS_CONTINUED: ("replays",),
    _C.NOT_CONTROLLED: ("what", "why"),
    _C.ATTRIBUTION_NOT_STORED: ("message",),
    _C.TARGET_CONSTANT: ("replays",),
    _C.TARGET_NOT_FINITE: ("values", "total"),
    _C.TARGET_NOT_LOGGED: ("absent", "total"),
    _C.TARGET_ALL_NOISE: ("share",),
    _C.TARGET_VARIES_OTHERWISE: ("blocks",),
    _C.TARGET_UNRESOLVED: ("blocks",),
    _C.TOO_FEW_BLOCKS: ("blocks", "least"),
    _C.PROBE_UNFIT: ("problem", "detail"),
    _C.OTHER_SHAPE: (),
    _C.SETTING_AS_RECORDED: ("setting", "value"),
    _C.VERSION_UNAVAILABLE: ("package", "version", "near", "message"),
    _C.ENVIRONMENT_NOT_BUILT: ("message",),
    _C.RECORDED_REPLAYS_FAILED: ("failed", "total", "stage", "message"),
    _C.CHANGED_REPLAYS_FAILED: ("failed", "total", "stage", "message"),
    _C.SETTING_NOT_TAKEN: ("libraries",),
    _C.SETTING_REACHES_NOTHING: ("setting",),
    _C.SETTING_DOES_NOT_GOVERN: ("setting", "what"),
    _C.SAME_FOR_ALL_ROOTS: ("pairs",),
    _C.PAIRS_LEFT_OUT: ("left_out", "total"),
    _C.REQUIREMENT_NOT_MET: ("package", "requirement", "version"),
    _C.PACKAGES_STAY: ("packages",),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that a verdict says.

    Parameters
    ----------
    code : StatementCode
        What is said.
    figures : dict of str to figure
        The numbers and names that belong to it, by name (see `STATEMENT_FIGURES`). Values of metrics are texts that
        `repr` of a float gives, which are lossless and may be ``nan`` or ``inf``; all other floats are finite.
    parts : tuple of Statement
        Statements within this one: how replays ended, what another group says.
    """

    code: StatementCode
    figures: dict[str, Figure] = field(default_factory=dict)
    parts: tuple[Statement, ...] = ()


def statement(code: StatementCode, *parts: Statement, **figures: Figure | None) -> Statement:
    """Make a statement; figures that are None are left out, those that are not finite become texts (``inf``, ``nan``).

    Raises
    ------
    TypeError
        The figures are not those that belong to the code.
    """
    given = {name: _written(value) for name, value in figures.items() if value is not None}
    declared = STATEMENT_FIGURES[code]
    required = {name for name in declared if not name.endswith("?")}
    known = {name.rstrip("?") for name in declared}
    if not required <= given.keys() <= known:
        raise TypeError(f"{code.value}: expected the figures {', '.join(declared)}, got {', '.join(given)}")
    return Statement(code, given, parts)


def _written(value: Figure) -> Figure:
    if not isinstance(value, float):
        return value
    return float(value) if math.isfinite(value) else repr(float(value))
