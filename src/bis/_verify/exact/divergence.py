"""Where a replay leaves its original, and what the way it does so speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis._verify.alignment import series
from bis._verify.figures import distance
from bis.stats.curves import Divergence, first_divergence
from bis.stats.patterns import Pattern, classify_divergence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bis.model.facets import Curve

_WORDS = {
    Pattern.DATA: "data: what was read or how it was split differs",
    Pattern.INIT_ENTROPY: "initialisation: the first weights differ",
    Pattern.SHUFFLE_ENTROPY: "shuffling: the order of the examples differs",
    Pattern.FLOATING_POINT: "floating point (threads, instruction set or library)",
    Pattern.LATE_ENTROPY: "late entropy (dropout, augmentation, a worker) or a change of control flow",
}

# Names of digests that a recorder takes on the way, by what they are digests of.
_TRACES = {
    "data": ("data", "split"),
    "start": ("init", "weight"),
    "order": ("shuffle", "order", "batch"),
}


# Packages that keep the record and not the experiment: what they draw (run ids, names of files) moves no result, and
# differs where the store is another one.
_BOOKKEEPERS = frozenset({"alembic", "bis", "git", "mlflow", "requests", "sqlalchemy", "urllib3"})


@dataclass(frozen=True, slots=True)
class Reading:
    """The first divergent step of a curve and the class that it is read as, in words."""

    divergence: Divergence
    pattern: str
    steps: int
    known: bool

    @property
    def text(self) -> str:
        """In one sentence."""
        d = self.divergence
        relative = None if d.relative == float("inf") else d.relative
        far = distance(d.ulps, relative)
        where = f"first at step {d.step}, by {far}" if self.steps > 1 else f"by {far}"
        # Of a single value without any trace there is nothing to read.
        return f"{where}; reads as {self.pattern}" if self.known or self.steps > 1 else where


def read_divergence(
    original: Curve, replayed: Curve, *, original_trace: Mapping[str, str], replayed_trace: Mapping[str, str]
) -> Reading | None:
    """Find the first divergent step of a pair of curves and read it; None where there is none.

    Traces map the name of something that was digested on the way (data, initial weights, order of batches, draws of
    a role) to its digest. A digest that differs decides before any figure does; one that is missing on a side says
    nothing.
    """
    divergence = first_divergence(series(original), series(replayed))
    if divergence is None:
        return None
    original_trace, replayed_trace = _of_the_program(original_trace), _of_the_program(replayed_trace)
    same = {kind: _same(words, original_trace, replayed_trace) for kind, words in _TRACES.items()}
    pattern = classify_divergence(
        divergence, same_data=same["data"], same_start=same["start"], same_order=same["order"]
    )
    words = _WORDS.get(pattern) or _undetermined(original_trace, replayed_trace)
    known = pattern is not Pattern.UNDETERMINED or bool(original_trace.keys() & replayed_trace.keys())
    return Reading(divergence, words, len(original.values), known)


def _of_the_program(trace: Mapping[str, str]) -> dict[str, str]:
    """The trace without the draws of bookkeeping: a stream is named ``[process/]package``."""
    streams = {k: k.rpartition("/")[2] for k in trace}
    return {k: trace[k] for k, s in streams.items() if s not in _BOOKKEEPERS and not s.startswith("python.")}


def _same(words: tuple[str, ...], a: Mapping[str, str], b: Mapping[str, str]) -> bool | None:
    """Whether all digests of a kind that both sides have are equal; None where there are none."""
    common = [k for k in a.keys() & b.keys() if any(w in k.lower() for w in words)]
    return all(a[k] == b[k] for k in common) if common else None


def _undetermined(a: Mapping[str, str], b: Mapping[str, str]) -> str:
    common = a.keys() & b.keys()
    differing = sorted(k for k in common if a[k] != b[k])
    if differing:
        return f"other entropy: the draws of {', '.join(differing)} differ"
    if common:
        return "undetermined: all traced draws are the same, the size fits neither rounding nor another draw"
    return "undetermined: no trace of draws to tell a changed draw from anything else"
