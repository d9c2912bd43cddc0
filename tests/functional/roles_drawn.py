"""Programs that are run with roles of randomness scoped, and what they drew by role."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bis.instrument.entropy.entropy_plan import EntropyPlan
from tests.functional.entropy_launcher import ASSETS, Outcome, run

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT, NEW = bytes(range(32)), bytes(range(7, 39))


def needs(module: str) -> pytest.MarkDecorator:
    """Skip where a framework is not installed, without importing it."""
    return pytest.mark.skipif(find_spec(module) is None, reason=f"{module} is not installed")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a program printed, and what it drew by role."""

    outcome: Outcome
    draws: dict[str, int]
    digests: dict[str, Any]
    seeded: frozenset[str]

    @property
    def facts(self) -> dict[str, Any]:
        """By role, what came of it."""
        found: dict[str, Any] = self.outcome.printed["facts"]
        return found

    @property
    def unknown(self) -> float:
        """The share of numbers that were drawn at places which the registry does not know."""
        return self.draws.get("other", 0) / sum(self.draws.values())


def drawn(folder: Path, program: str, *arguments: str, anew: str = "", reseeded: bool = False) -> Drawn:
    """Run a program in a process of its own, with another root for the role `anew`, or for several: ``split+init``."""
    roles = {role: NEW for role in anew.split("+") if role}
    plan = EntropyPlan(ROOT, scoped=True, reseeded=reseeded, roles=roles)
    return _drawn(run(plan, folder / "log", program, *arguments))


def drawn_anew(
    folder: Path,
    program: str,
    *arguments: str,
    anew: Sequence[Sequence[str]],
    reseeded: bool = False,
    forked: bool = True,
) -> list[Drawn]:
    """Run a program once for each of `anew`, with another root for the roles that it names.

    These are forks of one process, which has only imported; or that process itself, which must set all its seeds.
    """
    roots = json.dumps([dict.fromkeys(roles, NEW.hex()) for roles in anew])
    plan = EntropyPlan(ROOT, scoped=True, reseeded=reseeded)
    log = folder / "log"
    run(plan, log, "roles_in_forks.py" if forked else "roles_in_turn.py", str(ASSETS / program), roots, *arguments)
    found = []
    for number in range(len(anew)):
        facts = [json.loads(line) for line in Path(f"{log}.{number}").read_text().splitlines()]
        found.append(_drawn(Outcome(json.loads(Path(f"{log}.{number}.out").read_text()), facts)))
    return found


def _drawn(outcome: Outcome) -> Drawn:
    assert outcome.told("failed") == []
    draws: dict[str, int] = {}
    digests: dict[str, Any] = {}
    seeded: set[str] = set()
    last = {(role["key"], role["role"]): role for (roles,) in outcome.told("draws") for role in roles}
    for role in last.values():
        draws[role["role"]] = draws.get(role["role"], 0) + role["draws"]
        digests.setdefault(role["role"], []).append(role["digest"])
        seeded |= {role["role"]} if role["seeded"] else set()
    return Drawn(outcome, draws, {role: sorted(found) for role, found in digests.items()}, frozenset(seeded))
