"""A variation: everything that one replay of a run may have different from another one."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bis.model.facets import Environment
from bis.model.verdict import ReplayKind

if TYPE_CHECKING:
    from bis.model.facets import Randomness

ROOT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Variation:
    """The randomness and the surroundings of one replay.

    Parameters
    ----------
    root : str or None
        The entropy root, 64 hexadecimal digits. None: entropy is not served, only watched, and generator states are
        restored as they were recorded.
    hash_seed : str or None
        ``PYTHONHASHSEED`` of the program; None leaves it to the interpreter.
    roles : dict of str to str
        An entropy root of its own for each role named here (a data split, a weight initialisation); the other
        roles draw from `root`.
    variables : dict of str to str
        Environment variables that replace those of the plan.
    environment : Environment, optional
        The interpreter and packages to build and run with; by default those of the plan.
    scoped : bool
        Whether each role draws from generator states of its own, so that another root for one role changes what is
        drawn for that role only. This changes the numbers of a program that sets seeds.
    reseeded : bool
        Whether call sites that the program gave a seed draw it from the root of their role instead.
    probe : str
        Digest of the examples for which the program's models predict; ``find``: those that the program itself predicts
        for are kept; empty: none.
    switches : tuple of str
        What is switched in libraries once the program has imported them, where no environment variable does it:
        ``deterministic`` (PyTorch takes deterministic algorithms), ``without-onednn`` (PyTorch does without oneDNN).

    Raises
    ------
    ValueError
        A root is not made of 64 hexadecimal digits, roles have roots although entropy is not served, or seeds are drawn
        where roles are not scoped.
    """

    root: str | None = None
    hash_seed: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    environment: Environment | None = None
    scoped: bool = False
    reseeded: bool = False
    probe: str = ""
    switches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, root in (("root", self.root), *self.roles.items()):
            if root is not None and (len(root) != 2 * ROOT_BYTES or not set(root) <= set(string.hexdigits)):
                raise ValueError(f"{name} must have {2 * ROOT_BYTES} hexadecimal digits, found {root!r}")
        if (self.roles or self.scoped) and self.root is None:
            raise ValueError("roles can have roots only where entropy is served: root is None")
        if self.reseeded and not self.scoped:
            raise ValueError("seeds cannot be drawn from roots of roles: roles are not scoped")

    def kind(self, recorded: Variation) -> ReplayKind:
        """Which question a replay with this variation answers about a run with the variation `recorded`.

        Exact where nothing differs; fresh where all randomness is new and nothing else differs; else varied.
        """
        if self == recorded:
            return ReplayKind.EXACT
        all_new = self.root not in {None, recorded.root} and self.hash_seed not in {None, recorded.hash_seed}
        changed = self.roles or self.variables or self.environment or self.switches
        if all_new and not (changed or self.scoped or self.probe):
            return ReplayKind.FRESH
        return ReplayKind.VARIED


def recorded_variation(randomness: Randomness) -> Variation:
    """The variation of the original run: what an exact replay repeats."""
    return Variation(root=randomness.root, hash_seed=randomness.hash_seed)
