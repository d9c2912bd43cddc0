"""Runs that exist already, put into groups by their params, tags or metrics."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.errors import UsageError
from bis.stats.group_statistics import GroupedRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bis.model.stored_runs import RunSummary

PARENT = "mlflow.parentRunId"
_BETWEEN = "\x1f"  # no value of a param has it
_PLACES = ("params", "tags", "metrics", "attributes")
_ATTRIBUTES = {"experiment": "experiment", "experiment_name": "experiment", "run_name": "name", "status": "status"}


@dataclass(frozen=True, slots=True)
class RunKey:
    """A param, tag, metric or attribute of runs, as MLflow's search names it.

    Without a place, it is a param or else a tag.
    """

    text: str
    place: str
    name: str

    def of(self, run: RunSummary) -> str | None:
        """The value of a run; None where it has none."""
        if self.place == "params":
            return run.params.get(self.name)
        if self.place == "tags":
            return run.tags.get(self.name)
        if self.place == "metrics":
            return repr(run.metrics[self.name]) if self.name in run.metrics else None
        if self.place == "attributes":
            return str(getattr(run, _ATTRIBUTES[self.name])) or None
        return run.params.get(self.name, run.tags.get(self.name))


def run_key(text: str) -> RunKey:
    """Read a key such as ``params.model``, ``tags.`mlflow.user` `` or ``model``.

    Raises
    ------
    UsageError
        It names nothing, or an attribute that runs are not grouped by.

    Examples
    --------
    >>> run_key("params.lr").name, run_key("tags.`a b`").name, run_key("seed").place
    ('lr', 'a b', '')
    """
    place, dot, name = text.partition(".")
    if not dot or place.rstrip("s") not in {p.rstrip("s") for p in _PLACES}:
        place, name = "", text
    else:
        place = f"{place.rstrip('s')}s"
    name = name.strip('`"')
    if not name or (place == "attributes" and name not in _ATTRIBUTES):
        raise UsageError(
            f"{text!r} is nothing that runs can be grouped by",
            hint=f"Give params.KEY, tags.KEY, metrics.KEY or attributes.{{{', '.join(_ATTRIBUTES)}}}.",
        )
    return RunKey(text, place, name)


def usable_runs(
    runs: Iterable[RunSummary], keys: Sequence[RunKey], over: RunKey | None
) -> tuple[list[RunSummary], Counter[str]]:
    """The runs that ended well and have all keys; of the others how many there are, by the reason."""
    kept, left_out = [], Counter[str]()
    for run in runs:
        if run.status != "FINISHED":
            left_out["failed" if run.status in {"FAILED", "KILLED"} else "unfinished"] += 1
        elif any(key.of(run) is None for key in keys):
            left_out["no-group"] += 1
        elif over is not None and over.of(run) is None:
            left_out["no-repeat"] += 1
        else:
            kept.append(run)
    return kept, left_out


def values_by_group(
    runs: Iterable[RunSummary], keys: Sequence[RunKey], over: RunKey | None, metric: str
) -> tuple[list[GroupedRun], Counter[str]]:
    """The last value of a metric of each run that has one, with its group and its repeat, by name of the group.

    Of the runs without a finite value there is how many there are, by the reason.
    """
    found, left_out = [], Counter[str]()
    for run in runs:
        value = run.metrics.get(metric)
        if value is None or not math.isfinite(value):
            left_out["no-metric" if value is None else "not-finite"] += 1
            continue
        group = group_name([str(key.of(run)) for key in keys])
        found.append(GroupedRun(group, value, None if over is None else over.of(run)))
    return sorted(found, key=lambda r: (r.group, r.seed or "")), left_out


def group_name(values: Sequence[str]) -> str:
    """One name for the values of all keys; `group_values` takes it apart again."""
    return _BETWEEN.join(values)


def group_values(name: str) -> tuple[str, ...]:
    """The values of the keys of a group."""
    return tuple(name.split(_BETWEEN))
