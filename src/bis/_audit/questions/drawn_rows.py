"""Rows that are drawn of a table: whether they are those of an experiment, or only looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.questions.asked_once import asked_once
from bis._audit.questions.experiment_inputs import goes_into_experiment

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_PARTS = re.compile(r"(?i)(?:^|[._])(?:train|test|val|valid|validation|holdout|split)(?:$|[._\d])")
_OF_ROWS = frozenset({"sample", "shuffle"})  # which may as well be for a look, or of a result


def decides_rows(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether a call that draws decides which rows an experiment has.

    Parameters
    ----------
    analysis : Analysis
    module : Module
    call : Call
        One that splits, samples or shuffles.

    Returns
    -------
    bool
        True of a split; of a sample or a shuffle where it is seen to go into the experiment, where its name or that of
        the function around it says so (``train = df.sample(frac=0.8)``), or where the rows that were not drawn are
        taken, too.
    """
    if call.method not in _OF_ROWS:
        return True
    if _others_are_kept(analysis, module, call) or goes_into_experiment(analysis, module, call):
        return True
    scope = module.scopes[call.scope]
    named = (*call.targets, scope.name if scope.kind == "function" else "")
    return any(_PARTS.search(name) for name in named)


def _others_are_kept(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether the rows that were not drawn are taken, too: ``test = df.drop(train.index)``."""
    dropped = _dropped(analysis, module)
    return any(dropped.get((call.scope, f"{name}.index"), -1) > call.index for name in call.targets)


@asked_once
def _dropped(_analysis: Analysis, module: Module) -> dict[tuple[int, str], int]:
    """Names that are given to ``drop``, by their scopes, and the last call that takes each."""
    drops = (call for call in module.calls if call.method == "drop")
    return {(call.scope, name): call.index for call in drops for value in call.args for name in value.names()}
