"""The comparison with saved outputs as text."""

from __future__ import annotations

from bis._verify.published.saved_outputs import NotebookRun, compare_saved_outputs
from bis.model.facets import Failure
from bis.report.text.saved_outputs_text import saved_outputs_parts
from bis.report.text.verdict_text import verdict_text
from tests.unit.report.scenes import png, shown

TEXT = """\
divergent: 1 of 2 saved results differs, in 1 cell
run 0123

cell 1 (stdout): auc  divergent  printed 0.75, found 0.85: 10 units of the last digit

differs, and does not count:
  - cell 1 (stdout): 'done' / 'finished'
  - cell 1, picture 1: another picture: 1.56% of its pixels differ, at most by 255 of 255 levels

1 output agrees: --full prints them

  - 1 picture: 1 different
  - 1 cell with other words around the results, or texts that are none
"""


def test_differences_that_count_come_first() -> None:
    """Then what does not count, then how much agrees."""
    saved = shown({"stdout": "loss: 0.5\nauc: 0.75\ndone\n"}, {"image/png": png()})
    now = shown({"stdout": "loss: 0.5\nauc: 0.85\nfinished\n"}, {"image/png": png("black")})
    verdict = compare_saved_outputs([saved], NotebookRun([now]), run_id="0123")
    assert verdict_text(verdict, width=120) == TEXT
    assert "cell 1 (stdout)  bitwise  1 result agrees" in verdict_text(verdict, width=120, full=True)


def test_many_differences_are_counted() -> None:
    """Unless all are asked for."""
    before, after = (
        shown({"stdout": "".join(f"m{chr(97 + i)}: {i + shift}.5\n" for i in range(20))}) for shift in (0, 1)
    )
    items = compare_saved_outputs([before], NotebookRun([after])).groups[0].items
    assert saved_outputs_parts(items, full=False)[-1] == "and 8 more differences: --full prints them"
    assert len(saved_outputs_parts(items, full=True)) == 2


def test_cells_that_were_not_reached_are_told_by_their_number() -> None:
    """In the headline; each in a row of its own if all are asked for."""
    cells = [shown({"stdout": "auc: 0.5\n"}, position=i) for i in range(9)]
    ended = Failure("exception", "cell 0 raised KeyError", cell=0)
    raised = shown({"stdout": "auc: 0.5\n"}, {"error": "KeyError: 'x'"}, position=0)
    verdict = compare_saved_outputs(cells, NotebookRun([raised], ran={0}, failure=ended))
    assert "; 8 cells with saved outputs not reached" in verdict_text(verdict, width=120)
    assert "cell 8 " not in verdict_text(verdict, width=120)
    assert "cell 8 " in verdict_text(verdict, width=120, full=True)


def test_what_is_too_short_to_tell_is_told() -> None:
    """Beside what agrees, and alone."""
    for before, after, words in (
        ("a: 0.5\n", "a: 0.52\n", "inconclusive: 1 of 1 saved result with too few digits to tell, in 1 cell\n"),
        (
            "a: 0.5\nb: 1.25\n",
            "a: 0.52\nb: 1.25\n",
            "1 of 2 saved results agrees, 1 with too few digits to tell, in 1 cell",
        ),
    ):
        verdict = compare_saved_outputs([shown({"stdout": before})], NotebookRun([shown({"stdout": after})]))
        assert words in verdict_text(verdict, width=120)


def test_a_figure_within_tolerance_is_not_called_the_same() -> None:
    """Neither at the precision of a print that has all digits, nor among outputs without a difference."""
    cells = [shown({"stdout": f"loss: 0.278425612{digit}007733\nauc: 0.75\n"}) for digit in "12"]
    verdict = compare_saved_outputs(cells[:1], NotebookRun(cells[1:]))
    text = verdict_text(verdict, width=120)
    assert text.startswith("numerical: 2 of 2 saved results agree, 1 printed differently, in 1 cell\n")
    assert "without a difference" not in text
    assert "printed within rtol 1e-09" in verdict_text(verdict, width=120, full=True)


def test_a_small_share_is_not_none() -> None:
    """A picture that differs by a pixel differs."""
    size = (200, 200)
    saved, now = png(size=size), png("black", size=size)
    cells = [shown({"stdout": "auc: 0.75\n"}, {"image/png": picture}) for picture in (saved, now)]
    assert "less than 0.01% of its pixels differ" in verdict_text(
        compare_saved_outputs(cells[:1], NotebookRun(cells[1:])), width=120
    )
