"""The form of a tracker's table: which names of it trace what."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tracker:
    """What one experiment tracker calls things.

    Parameters
    ----------
    name : str
        As it is imported and shown: ``wandb``.
    roots : tuple of str
        First parts of its imports; no other file can use it.
    calls : dict of str to str
        Resolved names -> one of `bis.model.audit.KINDS`, or several with spaces between. ``*`` stands for exactly one part
        before the last: ``mlflow.*.log_model`` -> ``model``.
    aliases : dict of str to str
        Other names of one thing, by their beginning: ``mlflow.tracking.MlflowClient`` -> ``mlflow.MlflowClient``. Also
        functions, with the name under which the methods of what they return are listed: ``wandb.init`` -> ``wandb.Run``.
    """

    name: str
    roots: tuple[str, ...]
    calls: dict[str, str]
    aliases: dict[str, str] = field(default_factory=dict)

    def canonical(self, api: str) -> str:
        """The listed name of what `api` names."""
        for end in _ends(api):
            new = self.aliases.get(api[:end])
            if new is not None:
                return new + api[end:]
        return api

    def kinds(self, api: str) -> tuple[str, ...]:
        """The kinds of things that a call of this resolved name traces; none where it traces nothing."""
        if api in self.calls:
            return tuple(self.calls[api].split())
        if api in self.aliases:  # a call that makes an object is not one of its methods
            return ()
        name = self.canonical(api)
        found = self.calls.get(name)
        if found is None and name.count(".") >= 2:
            head, _dot, method = name.rpartition(".")
            found = self.calls.get(f"{head.rpartition('.')[0]}.*.{method}")
        return tuple(found.split()) if found else ()


def _ends(api: str) -> list[int]:
    """Where the parts of a dotted name end, the longest first."""
    return [len(api), *(i for i in range(len(api) - 1, 0, -1) if api[i] == ".")]
