"""What one replay has different from another one, and the question that it then answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bis.model.facets import Environment, Randomness, Status
from bis.model.variation import Variation, recorded_variation
from bis.model.verdict import ReplayKind

A, B = "ab" * 32, "cd" * 32
RECORDED = Variation(A, "7")


@pytest.mark.parametrize(
    ("variation", "kind"),
    [
        (Variation(A, "7"), ReplayKind.EXACT),
        (Variation(B, "8"), ReplayKind.FRESH),
        (Variation(B, "7"), ReplayKind.VARIED),
        (Variation(A, "8"), ReplayKind.VARIED),
        (Variation(B, None), ReplayKind.VARIED),
        (Variation(None, "8"), ReplayKind.VARIED),
        (Variation(A, "7", roles={"split": B}), ReplayKind.VARIED),
        (Variation(B, "8", roles={"split": A}), ReplayKind.VARIED),
        (Variation(A, "7", variables={"OMP_NUM_THREADS": "1"}), ReplayKind.VARIED),
        (Variation(A, "7", scoped=True), ReplayKind.VARIED),
        (Variation(B, "8", scoped=True), ReplayKind.VARIED),
        (Variation(A, "7", scoped=True, reseeded=True), ReplayKind.VARIED),
        (Variation(A, "7", probe="find"), ReplayKind.VARIED),
        (Variation(A, "7", switches=("deterministic",)), ReplayKind.VARIED),
        (Variation(B, "8", switches=("deterministic",)), ReplayKind.VARIED),
        (Variation(B, "8", environment=Environment(Status.RECORDED)), ReplayKind.VARIED),
    ],
)
def test_the_kind_follows_from_what_differs(variation: Variation, kind: ReplayKind) -> None:
    """Nothing: exact; all randomness and nothing else: fresh; anything else: varied."""
    assert variation.kind(RECORDED) is kind


def test_a_run_whose_entropy_was_not_served_has_exact_replays_too() -> None:
    """They have no root either."""
    recorded = recorded_variation(Randomness(Status.PARTIAL, ("x",), hash_seed="7"))
    assert recorded == Variation(None, "7")
    assert recorded.kind(recorded) is ReplayKind.EXACT
    assert Variation(B, "8").kind(recorded) is ReplayKind.FRESH


@pytest.mark.parametrize("root", ["", "ab", "x" * 64, A + "0"])
def test_roots_are_64_hexadecimal_digits(root: str) -> None:
    """Others are refused, in roles too."""
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        Variation(root)
    with pytest.raises(ValueError, match="split must have 64"):
        replace(RECORDED, roles={"split": root})


def test_roles_need_a_root() -> None:
    """Where entropy is not served, no role can have a root."""
    with pytest.raises(ValueError, match="root is None"):
        Variation(None, roles={"split": A})


def test_no_exact_or_fresh_replay_draws_seeds_from_roots() -> None:
    """Seeds that the program did not set are a deviation, which belongs to an experiment only."""
    with pytest.raises(ValueError, match="roles are not scoped"):
        replace(RECORDED, reseeded=True)
    with pytest.raises(ValueError, match="root is None"):
        Variation(None, scoped=True)
