"""Replays that failed, as text."""

from __future__ import annotations

from bis.model.facets import Failure
from bis.model.verdict import Outcome, ReplayKind
from bis.report.text.failure_text import failed_replays
from bis.report.text.terminal import text_of


def shown(*failures: Failure | None) -> str:
    """The text for exact replays that failed so."""
    return text_of(failed_replays([Outcome(i, ReplayKind.EXACT, None, None, f) for i, f in enumerate(failures)]))


def test_one_failure_of_all_is_told_once() -> None:
    """With the traceback under it, though workspaces and addresses differ."""
    failures = [
        Failure(
            "exception",
            f"KeyError: <object at 0x7f{i}> in /tmp/bis-replay-a{i}b/{i}/workspace/a.py",
            traceback=f"File /tmp/bis-replay-a{i}b/{i}/workspace/a.py\n    f()\n",
        )
        for i in range(3)
    ]
    text = shown(*failures)
    assert text.count("KeyError") == 1
    assert "  - in all 3 replays: exception: KeyError" in text
    assert text.endswith("      File /tmp/bis-replay-a0b/0/workspace/a.py\n          f()\n")


def test_different_failures_are_told_apart() -> None:
    """Another message or cell is another failure; figures in a message are not the place."""
    lost = Failure("exception", "ValueError: loss 3.1", cell=2)
    text = shown(lost, None, lost, Failure("exception", "ValueError: loss 4.1", cell=2))
    assert "  - exact replays 1 and 3: exception, cell 2: ValueError: loss 3.1\n" in text
    assert "  - exact replay 4: exception, cell 2: ValueError: loss 4.1\n" in text


def test_one_traceback_is_enough_where_only_the_message_differs() -> None:
    """A process or a temporary file that a message names is another in each replay; another way to fail is printed."""
    same = [
        Failure(
            "exception", f"OSError: pid {pid}", traceback=f"File /tmp/ipykernel_{pid}/1.py, line 3\nOSError: pid {pid}"
        )
        for pid in (71, 72)
    ]
    other = Failure("exception", "OSError: pid 73", traceback="File /tmp/ipykernel_73/1.py, line 4\nOSError: pid 73")
    text = shown(*same, other)
    assert text.count(", line 3\n") == text.count(", line 4\n") == 1
    assert "  - exact replay 2: exception: OSError: pid 72\n  - exact replay 3" in text


def test_many_failures_are_counted() -> None:
    """Six are printed; of a long traceback the end is."""
    text = shown(*(Failure("exception", f"ValueError: {i}") for i in range(20)))
    assert text.count("ValueError") == 6
    assert "and 14 other failures" in text
    long = shown(Failure("exception", "x", traceback="\n".join(map(str, range(30)))))
    assert "(22 lines before)\n      22\n" in long
    assert long.endswith("      29\n")


def test_escape_codes_are_not_shown() -> None:
    """Whatever the program printed, the terminal stays as it is."""
    assert "\x1b" not in shown(Failure("exception", "\x1b[31mred\x1b[0m", traceback="\x1b]0;title\x07\x1b[1mbold"))


def test_nothing_is_said_without_failures() -> None:
    """Not even a headline."""
    assert shown(None, None) == ""
