"""The account of draws: numbers, places and digests by role."""

from __future__ import annotations

from bis.instrument.entropy.roles.draw_ledger import DrawLedger, Owner

A, B = Owner("split", "train_test_split", "train.py", 3), Owner("split", "train_test_split", "train.py", 9)


def test_numbers_are_added_up_by_role_and_place() -> None:
    """Draws of two lines are one role's, and each line keeps its own."""
    ledger = DrawLedger()
    for owner, numbers in ((A, 5), (B, 2), (A, 1)):
        ledger.drew(owner, numbers, b"state")
    (report,) = ledger.report()
    assert (report["role"], report["draws"]) == ("split", 8)
    assert [(p["line"], p["draws"]) for p in report["places"]] == [(3, 6), (9, 2)]


def test_digest_does_not_depend_on_the_order() -> None:
    """Threads may draw in any order; other draws give another digest."""
    one, two, other = DrawLedger(), DrawLedger(), DrawLedger()
    one.drew(A, 1, b"x")
    one.drew(B, 1, b"y")
    two.drew(B, 1, b"y")
    two.drew(A, 1, b"x")
    other.drew(A, 1, b"x")
    other.drew(B, 1, b"z")
    assert one.report()[0]["digest"] == two.report()[0]["digest"] != other.report()[0]["digest"]


def test_what_is_nobodys_is_not_counted() -> None:
    """A library that draws while it is imported does not draw for the program; and no draw is no draw."""
    ledger = DrawLedger()
    ledger.drew(Owner(""), 7, b"x")
    ledger.drew_unknown(Owner(""), b"x")
    ledger.drew(A, 0, b"x")
    assert ledger.report() == []


def test_seed_for_others_is_no_draw() -> None:
    """The base seed of a loader without workers moves nothing; with workers, what they draw counts."""
    ledger = DrawLedger()
    seed = Owner("augmentation", "s", "train.py", 3, counts=False)
    ledger.drew(seed, 2, b"x")
    ledger.drew_unknown(seed, b"x")
    assert ledger.report() == []
    assert not seed.is_like(Owner("augmentation", "s", "train.py", 3))


def test_what_turns_out_to_be_a_seed_is_forgotten() -> None:
    """As if it had not been drawn; what is not there is not taken back."""
    ledger, other = DrawLedger(), DrawLedger()
    for one in (ledger, other):
        one.drew(A, 2, b"x")
    ledger.drew(A, 4, b"seed")
    ledger.forget(A, 4, b"seed")
    ledger.forget(A, 3, b"seed")
    assert ledger.report() == other.report()
    ledger.forget(A, 2, b"x")
    assert ledger.report() == []


def test_what_cannot_be_counted_counts_as_one_and_is_told() -> None:
    """A use whose numbers are unknown is a draw, and the report says so."""
    ledger = DrawLedger()
    ledger.drew_unknown(A, b"x")
    (report,) = ledger.report()
    assert (report["draws"], report["uncounted"]) == (1, 1)


def test_place_has_no_folder() -> None:
    """A replay runs in another folder, and draws the same for the same line."""
    assert (
        Owner("split", "s", "/one/train.py", 3).place == Owner("split", "s", "/two/train.py", 3).place == "train.py:3"
    )
