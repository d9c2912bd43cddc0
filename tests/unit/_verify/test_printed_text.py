"""Numbers in printed text."""

from __future__ import annotations

import pytest

from bis._verify.printed_text import compare_texts, normalise_line_endings, numbers_in


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("loss: 0.25", [("loss", "0.25")]),
        ("accuracy = 1e-3, f1 -2.5", [("accuracy", "1e-3"), ("f1", "-2.5")]),
        ("numpy 1.26.4", []),
        ("model_v2 resnet18", []),
        ("nan", [("", "nan")]),
        ("took 3.5 s", []),
        ("[0.5 1.5]", [("", "0.5"), ("", "1.5")]),
    ],
)
def test_numbers_and_labels(line: str, found: list[tuple[str, str]]) -> None:
    """Numbers that stand by themselves, with the words before them; versions, names and times are none."""
    assert [(n.label, n.text) for n in numbers_in(line)] == found


def test_line_endings_are_no_difference() -> None:
    """CRLF and LF are one."""
    assert normalise_line_endings("a\r\nb\n") == "a\nb\n"
    assert compare_texts("a 1\r\n", "a 1\n").identical


def test_numbers_are_paired_where_words_agree() -> None:
    """An inserted line does not shift the pairs behind it."""
    compared = compare_texts("start\nloss 0.5\nend\n", "start\nwarning: old\nloss 0.75\nend\n")
    assert [(p.original.text, p.replayed.text) for p in compared.differing] == [("0.5", "0.75")]
    assert not compared.same_words
    assert (compared.first_other_line, compared.replayed_line) == (2, "warning: old")


def test_a_longer_text() -> None:
    """Lines that one side lacks are other words."""
    compared = compare_texts("a\n", "a\nb\n")
    assert (compared.first_other_line, compared.original_line, compared.replayed_line) == (2, "", "b")
