"""Randomness by role: real programs in which one role is rooted anew, and only what that role draws changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.entropy_launcher import run
from tests.functional.roles_drawn import Drawn, drawn, drawn_anew, needs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def changed(one: dict[str, Any], two: dict[str, Any]) -> set[str]:
    """The roles whose values differ."""
    return {role for role in one.keys() | two.keys() if one.get(role) != two.get(role)}


def check_one_role(base: Drawn, other: Drawn, role: str) -> None:
    """With another root for one role all that it drew is another, and what the other roles drew is the same."""
    assert changed(base.facts, other.facts) == {role}
    assert changed(base.digests, other.digests) == {role}
    assert [name for name, value in base.facts[role].items() if other.facts[role][name] == value] == []
    rest = {name: number for name, number in base.draws.items() if name != role}
    assert {name: number for name, number in other.draws.items() if name != role} == rest


SKLEARN, TORCH, KERAS = "roles_sklearn_program.py", "roles_torch_program.py", "roles_keras_program.py"
ROLES = {
    SKLEARN: ("split", "init", "shuffle", "sampling", "bootstrap", "hpo"),
    TORCH: ("split", "init", "shuffle", "dropout", "augmentation", "sampling"),
}
PROGRAMS = [
    pytest.param(SKLEARN, id="sklearn", marks=[pytest.mark.slow, needs("sklearn"), needs("optuna")]),
    pytest.param(TORCH, id="torch", marks=[pytest.mark.torch, pytest.mark.slow, needs("torch")]),
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_new_root_for_a_role_changes_that_role_only(tmp_path: Path, program: str) -> None:
    """Each role draws from states of its own: of an unseeded program, with less than 5 % of draws at unknown places."""
    base, *others = drawn_anew(tmp_path, program, anew=[[], *([role] for role in ROLES[program])])
    assert base.unknown < 0.05
    assert set(ROLES[program]) <= set(base.draws)
    for role, other in zip(ROLES[program], others, strict=True):
        check_one_role(base, other, role)


@pytest.mark.parametrize("program", PROGRAMS)
def test_seeds_are_drawn_for_their_role(tmp_path: Path, program: str) -> None:
    """With all seeds set and drawn, a new root changes one role only; equal seeds stay equal; each is a deviation."""
    anew = [[], [], *([role] for role in ROLES[program])]
    base, again, *others = drawn_anew(tmp_path, program, "--seed", "42", anew=anew, reseeded=True)
    assert (again.outcome.printed, again.digests) == (base.outcome.printed, base.digests)
    assert base.outcome.printed["equal"] is True
    assert base.unknown < 0.05
    assert {(seed, file) for _, seed, _, file, _ in base.outcome.told("deviation")} == {("42", program)}
    for role, other in zip(ROLES[program], others, strict=True):
        check_one_role(base, other, role)


PAIRS = (("split", "dropout"), ("init", "shuffle"))


def check_pairs(base: Drawn, others: Sequence[Drawn]) -> None:
    """With other roots for two roles, all that they drew is another, and what the two others drew is the same."""
    assert set(base.draws) - {"other"} == {"split", "init", "shuffle", "dropout"}
    assert base.unknown < 0.05
    assert base.outcome.printed["equal"] is True
    for pair, other in zip(PAIRS, others, strict=True):
        assert changed(base.facts, other.facts) == set(pair)
        assert changed(base.digests, other.digests) == set(pair)
        equal = [(role, name) for role in pair for name, v in base.facts[role].items() if other.facts[role][name] == v]
        assert equal == []


@pytest.mark.keras
@pytest.mark.slow
@needs("tensorflow")
@needs("keras")
def test_new_roots_for_two_roles_of_keras_change_those_only(tmp_path: Path) -> None:
    """Of a program without seeds: weights, masks, the split, and all ways to order batches.

    Two roles at a time, as TensorFlow takes long to start.
    """
    base, *others = (drawn(tmp_path, KERAS, anew="+".join(pair)) for pair in ((), *PAIRS))
    check_pairs(base, others)
    assert base.outcome.told("deviation") == []


@pytest.mark.keras
@pytest.mark.slow
@needs("tensorflow")
@needs("keras")
def test_seeds_of_keras_are_drawn_for_their_roles(tmp_path: Path) -> None:
    """The same with all seeds set and drawn anew; with the first roots again, all is what it was."""
    anew = [(), *PAIRS, ()]
    base, *others, again = drawn_anew(tmp_path, KERAS, "--seed", "42", anew=anew, reseeded=True, forked=False)
    check_pairs(base, others)
    assert {(seed, file) for _, seed, _, file, _ in base.outcome.told("deviation")} == {("42", KERAS)}
    assert (again.outcome.printed, again.digests) == (base.outcome.printed, base.digests)


@pytest.mark.parametrize("program", PROGRAMS[:1])
def test_seeded_program_that_is_only_scoped_keeps_its_numbers(tmp_path: Path, program: str) -> None:
    """Where seeds are not drawn, what they fix is what it is without bis, whatever the roots; nothing deviates.

    Each role that draws from a seed is flagged.
    """
    plain = run(None, tmp_path / "log", program, "--seed", "42").printed
    scoped = drawn(tmp_path, program, "--seed", "42", anew="split")
    for role in ("split", "init", "bootstrap"):
        assert scoped.facts[role] == plain["facts"][role]
    assert scoped.outcome.told("deviation") == []
    assert set(ROLES[program]) <= scoped.seeded


@pytest.mark.slow
@needs("sklearn")
def test_pools_of_processes_are_counted_and_out_of_control(tmp_path: Path) -> None:
    """Workers of joblib draw for their roles, and for no other; that it is a race which gets which task is said."""
    base = drawn(tmp_path, "roles_pool_program.py")
    assert set(base.draws) == {"split", "sampling"}
    assert "joblib.loky" in {what for what, _ in base.outcome.told("uncontrolled")}
