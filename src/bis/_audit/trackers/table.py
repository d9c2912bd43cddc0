"""The form of a tracker's table: which names of it trace what."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

_MOST_STEPS = 4  # one name leads to another at most so often


@dataclass(frozen=True, slots=True, eq=False)
class Tracker:
    """What one experiment tracker calls things.

    Kinds are words of `bis.model.project_audit.KINDS`, several with spaces between.

    Parameters
    ----------
    name : str
        As it is imported and shown: ``wandb``.
    roots : tuple of str
        First parts of its imports; no other file can use it.
    calls : dict of str to str
        Resolved names -> kinds. ``*`` matches exactly one part before the last: ``mlflow.*.log_model`` -> ``model``.
    aliases : dict of str to str
        Other names of one thing, by their prefix: ``mlflow.tracking.MlflowClient`` -> ``mlflow.MlflowClient``.
    makes : dict of str to str
        Functions -> the name under which the methods of what they return are listed: ``wandb.init`` -> ``wandb.Run``.
    keywords : dict of str to dict of str to str
        Calls -> keyword -> the kinds that the call traces besides, where this argument is given and is not None:
        ``mlflow.start_run`` -> ``tags`` -> ``tag``.
    assigned : dict of str to str
        What is assigned to and thereby traced -> kinds: ``wandb.config`` for ``wandb.config.lr = 0.1`` and
        ``wandb.config["lr"] = 0.1``.
    decorators : dict of str to str
        Decorators whose function's names are traced -> kinds: ``sacred.Experiment.config`` -> ``param``.
    elements : dict of str to str
        Things with square brackets -> the name under which the methods of their elements are listed: ``neptune.Run`` ->
        ``neptune.handler.Handler`` for ``run["loss"].append(1)``.
    """

    name: str
    roots: tuple[str, ...]
    calls: dict[str, str]
    aliases: dict[str, str] = field(default_factory=dict)
    makes: dict[str, str] = field(default_factory=dict)
    keywords: dict[str, dict[str, str]] = field(default_factory=dict)
    assigned: dict[str, str] = field(default_factory=dict)
    decorators: dict[str, str] = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)

    def canonical(self, api: str) -> str:
        """The listed name of what `api` names."""
        return _canonical(self, api)

    def kinds(self, api: str) -> tuple[str, ...]:
        """The kinds of things that a call of this resolved name traces, whatever its arguments."""
        return _kinds(self, api)

    def kinds_with(self, api: str, keyword: str) -> tuple[str, ...]:
        """The kinds of things that a call of this resolved name traces besides, being given a keyword argument."""
        if not self.keywords:
            return ()
        name = _canonical(self, api)
        found = self.keywords.get(name)
        if found is None:
            found = self.keywords.get(_starred(name), {})
        return tuple(found.get(keyword, "").split())

    def kinds_assigned(self, api: str) -> tuple[str, ...]:
        """The kinds of things that an assignment to this resolved name, or to a member or element of it, traces."""
        name = self.canonical(api)
        found = next((kinds for end in _ends(name) if (kinds := self.assigned.get(name[:end]))), "")
        return tuple(found.split())

    def kinds_decorated(self, api: str) -> tuple[str, ...]:
        """The kinds of things that a function traces by being decorated with this resolved name."""
        return tuple(self.decorators.get(self.canonical(api), "").split())


# Every call of every file is asked about, and most of them are the same few names.
@lru_cache(maxsize=20_000)
def _canonical(tracker: Tracker, api: str) -> str:
    for _step in range(_MOST_STEPS):
        new = _replaced(tracker, api)
        if new == api:
            break
        api = new
    return api


def _replaced(tracker: Tracker, api: str) -> str:
    if api in tracker.calls:
        return api
    for end in _ends(api):
        head = api[:end]
        new = tracker.aliases.get(head)
        if new is None and end < len(api):  # a call that makes an object is not one of its methods
            new = tracker.makes.get(head)
        if new is not None:
            return new + api[end:]
    return api


@lru_cache(maxsize=20_000)
def _kinds(tracker: Tracker, api: str) -> tuple[str, ...]:
    name = _canonical(tracker, api)
    found = tracker.calls.get(name) or tracker.calls.get(_starred(name), "")
    return tuple(found.split())


def _starred(name: str) -> str:
    """The pattern that a name falls under: ``mlflow.sklearn.log_model`` -> ``mlflow.*.log_model``."""
    head, _dot, method = name.rpartition(".")
    return f"{head.rpartition('.')[0]}.*.{method}"


def _ends(api: str) -> list[int]:
    """Where the parts of a dotted name end, the longest first."""
    return [len(api), *(i for i in range(len(api) - 1, 0, -1) if api[i] == ".")]
