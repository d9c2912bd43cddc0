"""One cell, saved and now."""

from __future__ import annotations

import pytest

from bis._verify.published.cell_comparison import CellComparison, compare_shown
from bis._verify.published.cell_parts import CellParts, ShownPicture, ShownValue
from bis._verify.published.pictures import PictureLikeness
from bis._verify.tolerances import Tolerances
from bis.model.verdict import ItemKind, Level


def compared(saved: CellParts, now: CellParts, *, has_pictures: bool = True) -> CellComparison:
    """Cell 3."""
    one = CellComparison(3, Tolerances())
    one.compare(saved, now, has_pictures=has_pictures)
    return one


def value(text: str) -> CellParts:
    """A cell that returns a value."""
    return CellParts(values=(ShownValue("execute_result", text),))


def test_what_agrees_is_one_item_and_what_differs_one_for_each_name() -> None:
    """With its cell, its name and both values."""
    one = compared(CellParts("a: 1.5\nb: 2.5\nc: 3.254\n"), CellParts("a: 1.5\nb: 2.6\nc: 3.25\n"))
    assert (one.results, one.within, one.differing) == (3, 1, 1)
    difference, agreement = one.items
    assert (difference.cell, difference.label, difference.level) == (3, "b", Level.DIVERGENT)
    assert (difference.evidence.original, difference.evidence.replayed) == (("2.5",), ("2.6",))
    assert (agreement.level, agreement.counts) == (Level.NUMERICAL, True)


def test_values_are_paired_in_their_order() -> None:
    """One that is gone, or new, differs."""
    two = CellParts(values=(ShownValue("display_data", "0.5"), ShownValue("execute_result", "0.7")))
    assert compared(two, value("0.5")).differing == 1
    assert compared(value("0.5"), two).differing == 1
    assert compared(two, two).differing == 0


def test_what_was_not_printed_when_it_was_saved_is_not_compared() -> None:
    """Another library may print more; and Jupyter stops showing what is too much."""
    assert compared(value("0.5"), CellParts("x: 1\n", values=value("0.5").values)).differing == 0
    stopped = CellParts("x: 1\n", "IOPub data rate exceeded.\n")
    assert compared(stopped, CellParts("x: 1\nx: 2\n")).differing == 0


@pytest.mark.parametrize(
    ("saved", "now", "differing", "again"),
    [
        (None, "KeyError: 'x'", 1, False),
        ("KeyError: 'x'", None, 1, False),
        ("KeyError: 'x'", "ValueError: y", 1, False),
        ("KeyError: 'x'", "KeyError: 'y'", 0, True),
        ("KeyboardInterrupt", None, 0, False),
        ("ModuleNotFoundError: No module named 'x'", None, 0, False),
    ],
)
def test_errors(saved: str | None, now: str | None, differing: int, again: bool) -> None:
    """Whether a cell fails is a result, unless somebody stopped it or a package was not installed."""
    one = compared(CellParts(error=saved), CellParts(error=now))
    assert (one.differing, one.raises_again) == (differing, again)
    assert [i.counts for i in one.items] == [bool(differing)] * (saved != now and not again)


def test_pictures_do_not_count_by_themselves() -> None:
    """One that is gone differs, one that was not saved or not kept is not compared."""
    two, one = (CellParts(pictures=(ShownPicture({"image/png": "AAAA"}),) * n) for n in (2, 1))
    items = compared(two, one).items
    assert [(i.kind, i.name, i.level, i.counts) for i in items] == [
        (ItemKind.PICTURE, "1", Level.BITWISE, False),
        (ItemKind.PICTURE, "2", Level.DIVERGENT, False),
    ]
    assert [i.level for i in compared(one, two).items] == [Level.BITWISE, Level.INCONCLUSIVE]
    assert [i.level for i in compared(one, CellParts(), has_pictures=False).items] == [Level.INCONCLUSIVE]


def test_a_format_that_both_have() -> None:
    """PNG and SVG of one picture cannot be compared."""
    both = ShownPicture({"image/svg+xml": "<svg/>", "image/png": "AAAA"})
    assert compare_shown(both, ShownPicture({"image/png": "AAAA"})).likeness is PictureLikeness.SAME
    other = compare_shown(ShownPicture({"image/svg+xml": "<svg/>"}), ShownPicture({"image/png": "AAAA"}))
    assert other.likeness is PictureLikeness.OTHER_FORMAT
