"""The runs of a program in the text of a verdict."""

from __future__ import annotations

from bis._verify.sessions.session_judgement import judge_session
from bis._verify.tolerances import Tolerances
from bis.model.verdict import ReplayKind, Verdict
from bis.report.text.session_text import MOST_LISTED, run_labels
from bis.report.text.verdict_text import verdict_text
from tests.unit._verify.sessions.session_values import replay, run, session


def search(trials: int, *, off: int = -1) -> Verdict:
    """A search in which one trial differs."""

    def runs(prefix: str, change: float) -> list:  # type: ignore[type-arg]
        children = [
            run(f"{prefix}{i}", {"acc": i + (change if i == off else 0.0)}, params={"d": str(i)}, parent=prefix)
            for i in range(trials)
        ]
        return [run(prefix, {"best": 1.0}, name="sweep"), *children]

    made = [replay(*runs("r", 0.5), index=i) for i in range(2)]
    return judge_session(session(*runs("o", 0.0)), made, Tolerances(), run_id="o", original_deterministic=True)


def test_runs_that_differ_come_first_and_the_rest_is_counted() -> None:
    """Hundreds of runs fit on a screen, and the one that differs is the first; in full all are there."""
    verdict = search(200, off=150)
    text = verdict_text(verdict)
    lines = text.splitlines()
    assert lines[0].startswith("divergent: all 201 runs: 200 of 201 metrics identical, 1 different")
    rows = [line for line in lines if line.startswith("run ")]
    assert rows[1].split()[:3] == ["run", "o150", "divergent"]
    assert len(rows) == MOST_LISTED + 1  # with the line on the run that replays are stored with
    assert "and 189 more runs (--full): 189 bitwise" in text
    assert "acc of o150" in text
    assert len(lines) < 45
    assert "acc of o199" in verdict_text(verdict, full=True)


def test_fresh_replays_of_many_runs_are_as_short() -> None:
    """Their table of tests has no more rows than a screen."""
    runs = [run(f"o{i}", {"acc": float(i)}, params={"d": str(i)}) for i in range(50)]
    made = [
        replay(
            *(run(f"r{i}", {"acc": i + (1 + k % 3) / 7}, params={"d": str(i)}) for i in range(50)),
            index=k,
            kind=ReplayKind.FRESH,
        )
        for k in range(4)
    ]
    text = verdict_text(judge_session(session(*runs), made, Tolerances(), run_id="o0"))
    assert len(text.splitlines()) < 100
    assert "more metrics of these runs (--full)" in text


def test_a_run_alone_has_no_list() -> None:
    """The text is what it was."""
    verdict = judge_session(session(run("o", {"m": 1.0})), [replay(run("r", {"m": 1.0}))], Tolerances(), run_id="o")
    assert [line for line in verdict_text(verdict).splitlines() if line.startswith("run ")] == ["run o"]


def test_labels_tell_runs_apart() -> None:
    """A name that several have goes with the id."""
    runs = search(1).runs
    assert run_labels(runs) == {"o": "sweep", "o0": "o0"}
