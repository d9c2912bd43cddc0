"""What a metric's name says about its scale and its better end."""

from __future__ import annotations

import re

from bis._verify.scoped_names import plain

_LOSS = re.compile(
    r"(?:^|[^a-z])(?:\w*loss|\w*error|err|mse|rmse|mae|mape|msle|rmsle|nll|perplexity|ppl|bpc|deviance|"
    r"cross_?entropy|log_?likelihood_neg|fid|inertia|wer|cer|brier|regret|cost)(?:[^a-z]|$)"
)


def smaller_is_better(name: str) -> bool:
    """Whether a metric of this name is a loss or an error; all others are taken to be better when larger."""
    name = plain(name)
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().replace("_", " ")
    return _LOSS.search(words) is not None or _LOSS.search(name.lower()) is not None
