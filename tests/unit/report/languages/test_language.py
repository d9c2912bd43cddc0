"""Languages: words, plurals, numbers, dates."""

from __future__ import annotations

import pytest

from bis.errors import UsageError
from bis.report.languages.language import CODES, ENGLISH, language


def test_numbers_are_written_as_each_language_does() -> None:
    """Points and commas, thousands, percent signs."""
    french = language("fr")
    assert [lang.number(1234.5, 6) for lang in (ENGLISH, french)] == ["1234.5", "1234,5"]
    assert [lang.integer(1234567) for lang in (ENGLISH, french)] == ["1,234,567", "1\u202f234\u202f567"]
    assert [lang.percent(0.125, 1) for lang in (ENGLISH, french)] == ["12.5\u00a0%", "12,5\u202f%"]
    assert [lang.size(2048) for lang in (ENGLISH, french)] == ["2.0\u00a0KiB", "2,0\u00a0Kio"]
    assert [lang.size(n) for lang in (ENGLISH,) for n in (0, 3 * 2**40)] == ["0\u00a0B", "3072.0\u00a0GiB"]
    assert [ENGLISH.number(v) for v in (float("nan"), float("inf"), -float("inf"))] == ["NaN", "∞", "-∞"]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (1, "100"),
        (0.5, "50"),
        (0.004, "0.4"),
        (0.0002, "0.02"),
        (1e-9, "1e-07"),
        (0.996, "99.6"),
        (0.99999999999, "100"),
    ],
)
def test_a_share_does_not_look_like_none_or_all_of_it(share: float, text: str) -> None:
    """Where it is neither."""
    assert ENGLISH.percent(share) == f"{text}\u00a0%"


def test_probabilities() -> None:
    """Never rounded to 0 or 1."""
    assert [ENGLISH.probability(p) for p in (0.0, 1e-5, 0.25, 0.9999, 1.0)] == [
        "0.000",
        "1.0e-05",
        "0.250",
        "0.999",
        "1",
    ]
    assert language("fr").probability(0.25) == "0,250"


def test_dates_and_durations() -> None:
    """In UTC."""
    french = language("fr")
    assert ENGLISH.moment(1.7e9) == "14 Nov 2023, 22:13:20 UTC"
    assert french.moment(1.7e9) == "14 nov. 2023, 22:13:20 UTC"
    assert [lang.day(1.7e9) for lang in (ENGLISH, french)] == ["14 November 2023", "14 novembre 2023"]
    spans = (0.25, 30.0, 600.0, 9000.0)
    assert [french.duration(s) for s in spans] == ["0,2\u00a0s", "30\u00a0s", "10\u00a0min", "2,5\u00a0h"]


def test_plural_forms() -> None:
    """French has the singular for 0, too; English has not."""
    forms = ("{count} block", "{count} blocks")
    assert [ENGLISH.counted(*forms, n) for n in (0, 1, 2)] == ["0 blocks", "1 block", "2 blocks"]
    assert [language("fr").counted(*forms, n) for n in (0, 1, 2)] == ["0 bloc", "1 bloc", "2 blocs"]


def test_messages_without_a_translation_stay_as_they_are() -> None:
    """A page is never without words."""
    assert language("fr").text("never seen {x}", x=1) == "never seen 1"


def test_languages_that_are_there() -> None:
    """Others are refused with the list of those."""
    assert [language(code).code for code in CODES] == ["en", "fr"]
    with pytest.raises(UsageError, match="en or fr"):
        language("xx")
