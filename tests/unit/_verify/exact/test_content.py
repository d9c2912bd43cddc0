"""Models, files and text of exact replays."""

from __future__ import annotations

from dataclasses import replace

from bis._verify.exact.content import content_items
from bis._verify.printed_text import cell_texts
from bis._verify.tolerances import Tolerances
from bis.model.facets import CellOutput, FileDigest, Outputs
from bis.model.verdict import Item, Level
from bis.report.text.statement_text import item_name
from tests.unit._verify.runs import exact, outputs, words


def items(a: Outputs, b: Outputs, *, strict: bool = False, has_metrics: bool = True) -> dict[str, Item]:
    """The items on content of one replay, by name."""
    found = content_items(
        a, exact(b), Tolerances(strict=strict), measured=frozenset({None}) if has_metrics else frozenset()
    )
    return {item_name(i): i for i in found}


def with_files(*digests: str) -> Outputs:
    """Outputs with artifacts a0, a1, ... and the evidence of bis itself."""
    files = [FileDigest(f"a{i}", 1, d) for i, d in enumerate(digests)]
    return replace(outputs(), artifacts=(*files, FileDigest("bis/record.json", 1, digests[0])))


def test_artifacts_are_shown_and_do_not_count() -> None:
    """Plots and pickles hold the time at which they were written; what bis stored is no output."""
    found = items(with_files("x", "y"), with_files("x", "z"))
    assert words(found["artifacts"]).startswith("1 of 2 artifacts: same bytes in 1/1 (shown, does not count")
    assert (found["a1"].level, found["a1"].counts) == (Level.METRICS_BITWISE, False)
    assert "bis/record.json" not in found


def test_strict_makes_artifacts_count() -> None:
    """With strict, another byte is another result."""
    assert items(with_files("x"), with_files("z"), strict=True)["a0"].counts


def test_an_unread_digest_is_not_equal() -> None:
    """A file whose content was not read is not called the same."""
    assert items(with_files(""), with_files(""))["a0"].level is Level.INCONCLUSIVE


def test_a_model_that_was_not_saved_again() -> None:
    """A missing model is told as absent."""
    found = items(outputs({"m": 0.5}, weights="aa"), outputs({"m": 0.5}))
    assert words(found["model"]) == "absent in 1/1"


def test_text_that_differs_in_times_only() -> None:
    """Durations, addresses and dates do not decide, and are named."""
    a = outputs(stdout="acc 0.5\ntook 1.25 s at 2024-01-02 10:00:00\n<obj at 0x7f00aa11bb22>\n")
    b = outputs(stdout="acc 0.5\ntook 3.5 s at 2025-06-07 11:22:33\n<obj at 0x7f33cc44dd55>\n")
    found = items(a, b, has_metrics=False)["stdout"]
    assert found.level is Level.BITWISE
    assert words(found) == (
        "same words in 1/1 and the same numbers; not compared: 1 date or time of day, 1 duration, 1 memory address"
    )


def test_strict_text_must_have_the_same_bytes() -> None:
    """With strict even a time decides."""
    assert items(outputs(stdout="took 1 s"), outputs(stdout="took 2 s"), strict=True)["stdout"].counts
    assert items(outputs(stdout="took 1 s"), outputs(stdout="took 2 s"), strict=True)["stdout"].level.rank > 0


def test_numbers_in_text_are_compared_with_their_labels() -> None:
    """Each number that was printed differently is an item with its label."""
    a, b = outputs(stdout="loss: 0.30000000000000004\nacc: 0.5\n"), outputs(stdout="loss: 0.3\nacc: 0.75\n")
    found = items(a, b, has_metrics=False)
    assert found["stdout: loss"].level is Level.NUMERICAL
    assert found["stdout: acc"].level is Level.DIVERGENT
    assert words(found["stdout: acc"]) == "printed as 0.5 / 0.75"


def test_readings_of_the_clock_are_known_by_when_both_programs_ran() -> None:
    """A number within the time of the run is a reading, another one is a result."""
    a = replace(outputs(stdout="at 1764404891.5\nscore 3\n"), started_unix_s=1764404888.0, ended_unix_s=1764404908.0)
    b = replace(outputs(stdout="at 1764490003.5\nscore 3\n"), started_unix_s=1764490000.0, ended_unix_s=1764490020.0)
    found = items(a, b, has_metrics=False)
    assert words(found["stdout"]) == "same words in 1/1 and the same numbers; not compared: 1 date or time of day"
    c = replace(b, stdout="at 1764400000.5\nscore 3\n")
    assert items(c, b, has_metrics=False)["stdout"].level is Level.DIVERGENT


def test_numbers_without_words_are_named_by_line_and_column() -> None:
    """Of several numbers in a line the one that differs is named."""
    found = items(outputs(stdout="x\n0.5 0.6\n"), outputs(stdout="x\n0.5 0.7\n"), has_metrics=False)
    assert found["stdout: line 2, column 2"].level is Level.DIVERGENT


def test_other_words_are_quoted() -> None:
    """A line that differs is shown from both sides."""
    found = items(outputs(stdout="ok\nall good\n"), outputs(stdout="ok\nnot so good\n"), has_metrics=False)
    assert words(found["stdout"]) == "line 2 differs: 'all good' / 'not so good'"


def test_pieces_of_a_cell_are_one_text() -> None:
    """However the kernel cut the stream, the text is compared as one."""
    cells = (CellOutput(3, "stdout", "a"), CellOutput(3, "stdout", "b"), CellOutput(3, "result", "c"))
    assert cell_texts(cells) == {(3, "stdout"): "ab", (3, "result"): "c"}


def test_cells_do_not_count_beside_metrics() -> None:
    """A cell that prints otherwise is shown."""
    a = replace(outputs(), cells=(CellOutput(1, "stdout", "x\n"),))
    assert not items(a, outputs())["cell 1 (stdout)"].counts
