"""What tells the runs of one session apart, in a form that two executions of the program have in common."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.session_run import SessionRun

Feature = tuple[str, ...]
Features = frozenset[Feature]

# How much each kind of feature says about which run it is: a name outweighs some params, a param what was logged. The
# number in a name counts trials in the order in which they were started, which is chance where several run at a time:
# which params a trial got says more.
_WEIGHTS = {
    "id": 100.0,
    "name": 30.0,
    "numbered": 4.0,
    "param": 5.0,
    "tag": 3.0,
    "artifact": 1.0,
    "model": 1.0,
    "metric": 1.0,
}
_OF_CHILDREN = 0.25
_NUMBERED = re.compile(r"\D*\d+")
_LONGEST = 500  # characters of a param
_INSIDE = "inside"


def parents_of(runs: Sequence[SessionRun]) -> list[int | None]:
    """The place of each run's parent; None where it has none among these runs, or is its own ancestor."""
    places = {run.identity.run_id: i for i, run in enumerate(runs)}
    found = [places.get(run.identity.parent) for run in runs]
    return [None if _in_circle(i, found) else parent for i, parent in enumerate(found)]


def _in_circle(start: int, parents: Sequence[int | None]) -> bool:
    """Whether a run is reached again on the way to its ancestors."""
    at = parents[start]
    for _ in parents:
        if at is None:
            return False
        if at == start:
            return True
        at = parents[at]
    return False  # it leads to a circle that it is not part of


def features_of(runs: Sequence[SessionRun], parents: Sequence[int | None]) -> list[Counter[Feature]]:
    """What each run can be known by, and what the runs nested in it can."""
    own = [Counter(_own(run)) for run in runs]
    found = [Counter(c) for c in own]
    for i, parent in enumerate(parents):
        at, seen = parent, {i}
        while at is not None and at not in seen:
            seen.add(at)
            found[at].update({(_INSIDE, *feature): n for feature, n in own[i].items()})
            at = parents[at]
    return found


def _own(run: SessionRun) -> Iterable[Feature]:
    identity, outputs = run.identity, run.outputs
    if identity.named is None:
        # The program took up a run that it names by its id. An id that MLflow drew tells nothing: with the recorded
        # entropy it is drawn again, for whichever run is created first.
        yield ("id", identity.run_id)
    if identity.given_name:
        yield ("numbered" if _NUMBERED.fullmatch(identity.given_name) else "name", identity.given_name)
    yield from (("param", k, v[:_LONGEST]) for k, v in identity.params.items())
    yield from (("tag", k, v) for k, v in identity.tags.items())
    yield from (("metric", c.name) for c in outputs.metrics)
    yield from (("artifact", a.path) for a in outputs.artifacts)
    yield from (("model", m.framework) for m in outputs.models)


def shared_features(
    originals: Sequence[Counter[Feature]], replayed: Sequence[Counter[Feature]]
) -> tuple[list[Features], list[Features]]:
    """The features of each run that occur on both sides, numbered where a run has one several times.

    A param that is another one in each execution (a path, a date) tells nothing, and is left out by that.
    """
    first, second = [_numbered(c) for c in originals], [_numbered(c) for c in replayed]
    common = frozenset[Feature]().union(*first) & frozenset[Feature]().union(*second)
    return [f & common for f in first], [f & common for f in second]


def _numbered(features: Counter[Feature]) -> Features:
    return frozenset((*feature, str(n)) for feature, count in features.items() for n in range(count))


def weights_of(runs: Sequence[Features]) -> dict[Feature, float]:
    """How much each feature tells: nothing where all runs have it, the more the fewer have it."""
    counts = Counter(feature for run in runs for feature in run)
    return {f: _weight(f) * math.log((len(runs) + 1) / (n + 0.5)) for f, n in counts.items()}


def _weight(feature: Feature) -> float:
    if feature[0] == _INSIDE:
        return _OF_CHILDREN * _WEIGHTS[feature[1]]
    return _WEIGHTS[feature[0]]
