"""The design of an explanation: blocks of replays, and which roots each role has in each of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis.model.attribution import SeedBlock
from bis.model.role import Role
from bis.model.variation import ROOT_BYTES, Variation
from bis.stats.double_star import corners

if TYPE_CHECKING:
    from collections.abc import Callable

    from bis.model.attribution import Cause

REPEATED_BLOCKS = 2  # the first blocks, of which A and B are replayed twice
_FIXED_HASH_SEED = "0"


@dataclass(frozen=True, slots=True)
class VariedRoles:
    """The name of a cause and its roles, as a design keeps them."""

    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class BlockDesign:
    """Everything that decides what the replays of an explanation are.

    Parameters
    ----------
    root : str
        Of what is not varied.
    hash_seed : str
        The same in all replays.
    causes : tuple of VariedRoles
        Those that are varied; empty before the pilot.
    blocks : tuple of SeedBlock
        The two roots of each block: a role that is varied draws from one of them.
    probe : str
        What the models of the program predict for, see `bis.model.variation.Variation`.
    repeated : int
        Of how many blocks A and B are replayed twice.
    """

    root: str
    hash_seed: str = _FIXED_HASH_SEED
    causes: tuple[VariedRoles, ...] = ()
    blocks: tuple[SeedBlock, ...] = ()
    probe: str = ""
    repeated: int = REPEATED_BLOCKS

    @property
    def runs(self) -> int:
        """How many different replays one block has."""
        return len(corners(len(self.causes)))

    def base(self) -> Variation:
        """The variation of the pilot: nothing is varied, and each role draws for itself."""
        # A call site without a seed draws as it would; one with a seed draws that from the root of its role.
        return Variation(
            root=self.root,
            hash_seed=self.hash_seed,
            scoped=True,
            reseeded=True,
            probe=self.probe,
        )

    def variation(self, block: int, corner: int) -> Variation:
        """What one replay of a block has different from the pilot."""
        from_b = corners(len(self.causes))[corner]
        roots = self.blocks[block]
        given = {
            role.value: roots.b if swapped else roots.a
            for cause, swapped in zip(self.causes, from_b, strict=True)
            for role in cause.roles
        }
        return self.with_roles(given)

    def with_roles(self, roles: dict[str, str], *, reseeded: bool = True) -> Variation:
        """The variation of the pilot with these roots of roles."""
        return replace(self.base(), roles=roles, reseeded=reseeded)

    def places(self, block: int) -> tuple[tuple[int, int, int], ...]:
        """All replays of a block: (block, corner, repeat)."""
        once = [(block, corner, 0) for corner in range(self.runs)]
        return (*once, *([(block, 0, 1), (block, 1, 1)] if block < self.repeated else []))

    def corner_name(self, corner: int) -> str:
        """``A``, ``B``, ``A:split`` or ``B:split``."""
        from_b = corners(len(self.causes))[corner]
        swapped = [cause.name for cause, b in zip(self.causes, from_b, strict=True) if b]
        kept = [cause.name for cause, b in zip(self.causes, from_b, strict=True) if not b]
        if not swapped:
            return "A"
        if not kept:
            return "B"
        return f"A:{swapped[0]}" if len(swapped) == 1 else f"B:{kept[0]}"

    def extended(self, blocks: int, *, source: Callable[[int], bytes] = secrets.token_bytes) -> BlockDesign:
        """The same design with at least so many blocks, those that are missing with new roots."""
        made = [
            SeedBlock(source(ROOT_BYTES).hex(), source(ROOT_BYTES).hex())
            for _ in range(max(0, blocks - len(self.blocks)))
        ]
        return replace(self, blocks=(*self.blocks, *made))

    def of_causes(self, causes: tuple[Cause, ...], *, repeated: int | None = None) -> BlockDesign:
        """The design with the causes that the pilot gave."""
        return replace(
            self,
            causes=tuple(VariedRoles(cause.name, cause.roles) for cause in causes),
            repeated=self.repeated if repeated is None else repeated,
        )
