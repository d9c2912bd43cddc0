"""Rows that are drawn of a table: whether they are those of an experiment, or only looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

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
    if _others_are_kept(module, call) or goes_into_experiment(analysis, module, call):
        return True
    scope = module.scopes[call.scope]
    named = (*call.targets, scope.name if scope.kind == "function" else "")
    return any(_PARTS.search(name) for name in named)


def _others_are_kept(module: Module, call: Call) -> bool:
    """Whether the rows that were not drawn are taken, too: ``test = df.drop(train.index)``."""
    indexes = {f"{name}.index" for name in call.targets}
    return any(
        one.method == "drop" and one.scope == call.scope and any(indexes & value.names() for value in one.args)
        for one in module.calls[call.index + 1 :]
    )
