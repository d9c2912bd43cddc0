"""The catalogues of messages: complete, and with the placeholders of the source."""

from __future__ import annotations

import re
import string

import pytest

from bis.report.languages.language import CODES
from tests.catalogue_messages import read_catalogue, source_messages

OTHERS = CODES[1:]
SAME_IN_FRENCH = {
    ("{count} notebook", "{count} notebooks"),
    *("Copies", "Provenance", "Sections", "Verdict", "Versions", "audit", "bits", "cause", "code", "commit"),
    *("divergent", "exact", "machine", "module", "notebook", "notebooks", "original", "script", "stderr", "stdout"),
    *("threads", "verdict", "version"),
}
MARKUP = re.compile(r"</?[a-z][^>]*>")


def forms(message: str | tuple[str, ...]) -> tuple[str, ...]:
    """The forms of a message."""
    return message if isinstance(message, tuple) else (message,)


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated(code: str) -> None:
    """All that pages say, and nothing else; `python -m tests.catalogue_messages` brings both together."""
    catalogue = {m.id: m for m in read_catalogue(code) if m.id}
    assert set(catalogue) == set(source_messages())
    assert [m.id for m in catalogue.values() if m.fuzzy or not all(forms(m.string))] == []


def test_nothing_is_left_in_english() -> None:
    """But for words that are the same."""
    same = {m.id for m in read_catalogue("fr") if m.id and m.id == m.string}
    assert same == SAME_IN_FRENCH


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_and_markup_agree(code: str) -> None:
    """Each translation names the values of its source, and marks up as that does."""
    for message in read_catalogue(code):
        if not message.id:
            continue
        for text in forms(message.string):
            assert places(text) == places(forms(message.id)[-1]), message.id
            assert sorted(MARKUP.findall(text)) == sorted(MARKUP.findall(forms(message.id)[-1])), message.id


@pytest.mark.parametrize("code", OTHERS)
def test_plural_forms(code: str) -> None:
    """As many as the language has."""
    catalogue = read_catalogue(code)
    many = [m for m in catalogue if isinstance(m.id, tuple)]
    assert many
    assert {len(m.string) for m in many} == {catalogue.num_plurals}
