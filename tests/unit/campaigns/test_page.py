"""The tables of docs/reliability.md, as a campaign writes them."""

from __future__ import annotations

from campaigns.kinds import KINDS
from campaigns.page import BEGIN, END, rewritten, summary
from campaigns.trials import Tally, Trial, tally_of, trial_of

PAGE = f"# Before\n\n{BEGIN}\nold\n{END}\nafter\n"


def tally(kind: str, *trials: Trial) -> Tally:
    """A tally of these trials."""
    made = Tally(kind, "2026-01-02")
    for trial in trials:
        made.add(trial)
    return made


def test_what_was_tried_is_counted() -> None:
    """One line may stand for many trials; one that did not hold stands for itself."""
    made = tally("fuzz", Trial("fuzz", "fuzz:3:0", count=999), Trial("fuzz", "fuzz:5:7", "x", ("no",)))
    assert (made.tried, made.held, made.first, made.last) == (1000, 999, 3, 5)
    assert tally_of(made.text()) == made
    assert [trial_of(t.line()) for t in made.failed] == made.failed


def test_rows_of_other_kinds_stay() -> None:
    """A campaign of one kind leaves the rows of the others, and all that is around the table."""
    first = rewritten(PAGE, {"recorder": [tally("recorder", Trial("recorder", "recorder:1:0", count=12_345))]})
    both = rewritten(first, {"storing": [tally("storing", Trial("storing", "storing:2:1", "x", ("2 runs",)))]})
    assert f"| {KINDS['recorder'].title} | 12,345 | 12,345 | `recorder:1` | 2026-01-02 |" in both
    assert f"| {KINDS['storing'].title} | 1 | 0 | `storing:2` | 2026-01-02 |" in both
    assert "- once: storing: … runs (`storing:2:1`)" in both
    assert both.startswith("# Before\n\n")
    assert both.endswith(f"{END}\nafter\n")


def test_calls_with_other_seeds_add_up() -> None:
    """One row, with all their seeds and dates, and what did not hold in any of them."""
    first = tally("fuzz", Trial("fuzz", "fuzz:1:0", count=1000), Trial("fuzz", "fuzz:4:0", count=500))
    later = tally("fuzz", Trial("fuzz", "fuzz:9:0", count=20), Trial("fuzz", "fuzz:9:7", "x", ("no",)))
    later.date = "2026-01-04"
    page = rewritten(PAGE, {"fuzz": [first, later]})
    assert f"| {KINDS['fuzz'].title} | 1,521 | 1,520 | `fuzz:1` to `4`, `fuzz:9` | 2026-01-02 to 2026-01-04 |" in page
    assert "- once: fuzz: no (`fuzz:9:7`)" in page


def test_what_was_skipped_says_why() -> None:
    """A kind that cannot be tried on a machine has a row, too."""
    page = rewritten(PAGE, {"storing": [Tally("storing", "2026-01-02", skipped="no Linux")]})
    assert "| 0 | 0 | not tried: no Linux | 2026-01-02 |" in page


def test_breaches_that_are_alike_have_one_summary() -> None:
    """What differs from trial to trial is left out, and nothing of it is Markdown."""
    texts = [f"status {n} in /tmp/x{n}/y: 'a{n}' | <b>" for n in (1, 22)]
    assert len({summary(t) for t in texts}) == 1
    assert summary(texts[0]) == r"status … in … … \| \<b\>"
