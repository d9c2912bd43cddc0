"""What an estimator of scikit-learn is given by default in the version that a project pins, where newer ones differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.files.brought_distributions import version_of
from bis._audit.frameworks.naming import canonical
from bis._audit.parsing.ir import CONSTANT, Value
from bis._audit.questions.asked_once import asked_once

if TYPE_CHECKING:
    from bis._audit.parsing.ir import Call
    from bis._audit.questions.analysis import Analysis

# By estimator, the version since which a default is another one, the argument, and what it was before. What mostly
# makes pictures, such as TSNE, is left to the newest version.
_CHANGED: dict[str, tuple[tuple[int, int], str, object]] = {
    "sklearn.svm.LinearSVC": ((1, 5), "dual", True),
}
_VERSION = re.compile(r"(\d+)\.(\d+)")


def with_pinned_defaults(analysis: Analysis, call: Call) -> Call:
    """A call with the argument that it leaves to an old default; the same for all others.

    ``LinearSVC()`` solves the dual problem, which draws, up to version 1.4 of scikit-learn.
    """
    changed = _CHANGED.get(canonical(call.api))
    if changed is None or changed[1] in call.keywords:
        return call
    since, keyword, before = changed
    pinned = _pinned(analysis)
    if not pinned or max(pinned) >= since:
        return call
    return call._replace(keywords={**call.keywords, keyword: Value(CONSTANT, before)})


@asked_once
def _pinned(analysis: Analysis) -> list[tuple[int, int]]:
    """The versions of scikit-learn that a project's lists pin; none where one of them leaves it open."""
    declared = [one for one in analysis.project.dependencies.declared if one.name in {"scikit-learn", "sklearn"}]
    matches = [_VERSION.match(version_of(one.spec)) if one.pinned else None for one in declared]
    found = [(int(match[1]), int(match[2])) for match in matches if match is not None]
    return found if len(found) == len(declared) else []
