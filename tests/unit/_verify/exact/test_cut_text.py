"""Output of which a part was not kept."""

from __future__ import annotations

from dataclasses import replace

from bis._verify.judgement import judge
from bis._verify.tolerances import Tolerances
from bis.model.facets import Outputs, PrintedRest
from bis.model.statement import StatementCode
from bis.model.verdict import Level
from tests.unit._verify.runs import exact, outputs

PLAIN = Tolerances()


def cut(text: str, tail: str, digest: str, *, base: Outputs | None = None) -> Outputs:
    """Outputs with the first part of stdout and its end."""
    return replace(base or outputs(), stdout=text, stdout_rest=PrintedRest(5_000_000, digest, tail))


def test_the_same_digest_is_the_same_output() -> None:
    """Also where the kept parts were cut at another place."""
    a, b = cut("acc 0.5\nlo", "t\nend 1\n", "x"), cut("acc 0.5\n", "end 1\n", "x")
    assert judge(a, exact(b), PLAIN).level is Level.BITWISE


def test_another_digest_is_never_bitwise() -> None:
    """Whatever the kept parts say; no number of replays would tell what differs."""
    a, b = cut("acc 0.5\n", "end 1\n", "x"), cut("acc 0.5\n", "end 1\n", "y")
    verdict = judge(a, exact(b), PLAIN)
    assert (verdict.level, verdict.needed, verdict.exit_code) == (Level.INCONCLUSIVE, None, 5)
    assert StatementCode.REST_DIFFERS in {s.code for i in verdict.groups[0].items for s in i.statements}


def test_the_end_is_compared() -> None:
    """Results tend to stand there."""
    a, b = cut("log\n", "t\nacc 0.5\n", "x"), cut("log\n", "t\nacc 0.75\n", "y")
    assert judge(a, exact(b), PLAIN).groups[0].level is Level.DIVERGENT


def test_one_side_alone_may_be_cut() -> None:
    """By a limit that was changed, or since one execution printed more."""
    short = outputs(stdout="acc 0.5\n")
    for a, b in ((short, cut("acc 0.5\n", "", "x")), (cut("acc 0.5\n", "", "x"), short)):
        assert judge(a, exact(b), PLAIN).level is not Level.BITWISE


def test_beside_metrics_it_does_not_count() -> None:
    """As all printed text."""
    base = outputs({"m": 0.5})
    assert judge(cut("a\n", "", "x", base=base), exact(cut("a\n", "", "y", base=base)), PLAIN).level is Level.BITWISE
