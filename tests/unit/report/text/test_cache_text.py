"""What is kept, and what was removed, as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bis.model.kept_thing import CacheRemoval, KeptKind, KeptState, KeptThing
from bis.report.text.cache_text import contents_text, print_contents, print_removals, removals_text

if TYPE_CHECKING:
    import pytest

NOW = 1.7e9
ENVIRONMENT = KeptThing(KeptKind.ENVIRONMENT, "py3.11.7-5d41", 4 << 30, 3 << 30, NOW - 40 * 86400, NOW - 3 * 86400)
SESSION = KeptThing(
    KeptKind.SESSION, "20261129-1", 1 << 20, 0, NOW - 300, NOW - 7200, KeptState.WAITING, "train\x1b[1m.py"
)
DIGESTS = KeptThing(KeptKind.DIGESTS, "digests.sqlite", 0)


def test_what_is_kept_is_a_table() -> None:
    """With sizes, ages and states; what other folders share is not freed by removing it."""
    assert contents_text((ENVIRONMENT, SESSION, DIGESTS), now_unix_s=NOW, width=100) == (
        "kind            size  made         last use    name\n"
        "environment  4.0 GiB  40 days ago  3 days ago  py3.11.7-5d41\n"
        "session      1.0 MiB  5 min ago    2 h ago     20261129-1 (not stored yet, train.py)\n"
        "digests        empty  -            -           digests.sqlite\n"
        "\n"
        "3 things, 4.0 GiB; 3.0 GiB are shared with uv's cache, which `uv cache clean` frees\n"
    )
    assert contents_text((), now_unix_s=NOW) == "nothing is kept\n"


def test_no_name_is_broken() -> None:
    """However narrow the terminal is, and in a pipe: what is printed can be searched for and given to `remove`."""
    source = KeptThing(KeptKind.SOURCE, f"{'5d' * 32}.tar.gz", 1 << 20)
    session = replace(SESSION, name="20261129-225925-8b2fecc533da")
    for width in (40, 80):
        text = contents_text((source, session), now_unix_s=NOW, width=width)
        assert source.name in text
        assert session.name in text
    assert max(map(len, contents_text((session,), now_unix_s=NOW).splitlines())) <= 80


def test_what_was_removed_is_told_with_what_it_freed() -> None:
    """And nothing is said to be removed in a dry run."""
    done = (CacheRemoval(ENVIRONMENT, removed=True), CacheRemoval(SESSION, removed=False, problem="waiting"))
    assert removals_text(done, dry_run=False) == (
        "removed environment py3.11.7-5d41 (4.0 GiB)\n"
        "1.0 GiB freed; 3.0 GiB are shared with uv's cache, which `uv cache clean` frees\n"
    )
    assert removals_text(done, dry_run=True).startswith("would remove environment py3.11.7-5d41")
    assert removals_text((), dry_run=False) == "nothing to remove\n"


def test_what_was_left_is_told_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, with what to do where something can be done."""
    lines: list[str] = []
    left = (
        CacheRemoval(SESSION, removed=False, problem="waiting"),
        CacheRemoval(ENVIRONMENT, removed=False, problem="in-use"),
        CacheRemoval(replace(DIGESTS, size_bytes=3), removed=False, problem="failed", message="read-only"),
    )
    print_removals(left, dry_run=False, tell=lines.append)
    assert capsys.readouterr().out == "nothing freed\n"
    assert lines == [
        (
            "bis: session 20261129-1 (1.0 MiB) is left: it is not in MLflow yet: `bis store` stores it, "
            "--unstored removes it with what was recorded"
        ),
        "bis: environment py3.11.7-5d41 (4.0 GiB) is left: it is in use",
        "bis: digests.sqlite (3 B) is left: it cannot be removed (read-only)",
    ]


def test_printing_is_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe: 80 columns, no colour."""
    print_contents(())
    assert capsys.readouterr().out == "nothing is kept\n"
