"""How replays are started: no warm one counts that was not checked."""

from __future__ import annotations

from dataclasses import replace

from bis._replay.starts import Starts
from bis.model.start import ColdReason, Preload, Start
from bis.model.statement import StatementCode
from bis.model.variation import Variation
from bis.model.verdict import Outcome, ReplayKind
from tests.unit._verify.runs import outputs

VARIATION = Variation("ab" * 32, "7")
PRELOAD = Preload(("numpy",))


def replayed(index: int, value: float = 0.5, *, warm: bool = False, reason: ColdReason | None = None) -> Outcome:
    """A replay that gave this value."""
    return Outcome(
        index,
        ReplayKind.EXACT,
        VARIATION.root,
        outputs({"loss": value}),
        start=Start.WARM if warm else Start.COLD,
        cold_reason=reason,
        preload=PRELOAD,
        runs=(),
    )


def tried(*, left: int = 5) -> Starts:
    """After a cold replay, with a warm one under way."""
    starts = Starts()
    assert starts.preload(0, VARIATION, left=left + 1) is None
    assert starts.ended(replayed(0)) == replace(replayed(0), preload=None)
    assert starts.preload(1, VARIATION, left=left) == PRELOAD
    return starts


def test_a_warm_replay_that_is_the_same_makes_the_others_warm() -> None:
    """The first is cold, the second is checked, and all that follow are warm: also with other roots of roles."""
    starts = tried()
    outcome = starts.ended(replayed(1, warm=True))
    assert outcome is not None
    assert outcome.start is Start.WARM
    assert starts.preload(2, VARIATION, left=1) == PRELOAD
    assert starts.trusts(replace(VARIATION, roles={"split": "cd" * 32}, scoped=False))
    assert starts.said == ()


def test_while_one_is_checked_the_others_are_cold() -> None:
    """Where several run at a time, none is warm before the first was checked."""
    starts = tried()
    assert starts.preload(2, VARIATION, left=4) is None
    assert starts.ended(replayed(2)) is not None
    assert not starts.trusts(VARIATION)


def test_one_that_differs_is_made_again_cold() -> None:
    """If that is as the first one, the start was to blame: it is said, and all others are cold."""
    starts = tried()
    assert starts.ended(replayed(1, 0.25, warm=True)) is None
    outcome = starts.ended(replayed(1))
    assert outcome is not None
    assert outcome.cold_reason is ColdReason.DIFFERS
    assert starts.preload(2, VARIATION, left=9) is None
    assert [s.code for s in starts.said] == [StatementCode.WARM_DIFFERS]


def test_of_a_program_that_never_gives_the_same_nothing_is_said() -> None:
    """Two cold replays that differ leave nothing to check a warm one with."""
    starts = tried()
    assert starts.ended(replayed(1, 0.25, warm=True)) is None
    outcome = starts.ended(replayed(1, 0.75))
    assert outcome is not None
    assert outcome.cold_reason is ColdReason.NOT_DETERMINISTIC
    assert starts.preload(2, VARIATION, left=9) is None
    assert starts.said == ()


def test_a_start_that_turned_out_cold_is_not_tried_again() -> None:
    """The reason is in the outcomes; it is said only where something went wrong."""
    for reason, said in ((ColdReason.LIBRARY, []), (ColdReason.FAILED, [StatementCode.WARM_FAILED])):
        starts = tried()
        outcome = starts.ended(replayed(1, reason=reason))
        assert outcome is not None
        assert outcome.cold_reason is reason
        assert starts.preload(2, VARIATION, left=9) is None
        assert [s.code for s in starts.said] == said
        assert starts.reasons == (reason,)


def test_a_parent_that_is_lost_ends_it() -> None:
    """What it lost was made again cold by the worker; the others are cold, and it is said once."""
    starts = tried()
    starts.ended(replayed(1, warm=True))
    for index in (2, 3):
        starts.preload(index, VARIATION, left=5)
    assert starts.ended(replayed(2, reason=ColdReason.LOST)) is not None
    assert starts.ended(replayed(3, reason=ColdReason.LOST)) is not None
    assert starts.preload(4, VARIATION, left=5) is None
    assert [s.code for s in starts.said] == [StatementCode.WARM_FAILED]


def test_the_last_replay_is_not_worth_a_parent() -> None:
    """A parent for one replay imports as that one would."""
    starts = Starts()
    starts.preload(0, VARIATION, left=2)
    starts.ended(replayed(0))
    assert starts.preload(1, VARIATION, left=1) is None


def test_other_surroundings_are_checked_anew() -> None:
    """Another hash seed, root or variable is another parent: fresh replays, which have one each, are cold."""
    starts = tried()
    starts.ended(replayed(1, warm=True))
    for other in (replace(VARIATION, hash_seed="8"), replace(VARIATION, variables={"OMP_NUM_THREADS": "1"})):
        assert not starts.trusts(other)
        assert starts.preload(2, other, left=9) is None


def test_cold_means_cold() -> None:
    """Nothing is tried, and nothing is noted."""
    starts = Starts(Start.COLD)
    for index in range(3):
        assert starts.preload(index, VARIATION, left=9) is None
        assert starts.ended(replayed(index)) == replace(replayed(index), preload=None)


def test_a_replay_that_told_nothing_of_its_imports_is_no_reference() -> None:
    """The next cold one may."""
    starts = Starts()
    starts.preload(0, VARIATION, left=9)
    starts.ended(replace(replayed(0), preload=None))
    assert starts.preload(1, VARIATION, left=8) is None
    starts.ended(replayed(1))
    assert starts.preload(2, VARIATION, left=7) == PRELOAD


def test_parents_are_kept_from_campaign_to_campaign_in_a_context() -> None:
    """One folder for all of them there, and one for each elsewhere."""
    with Starts() as starts:
        with starts.scratch() as first:
            pass
        with starts.scratch() as second:
            assert first == second
    with starts.scratch() as third:
        assert third != first
