"""How the replays of a campaign are started, and how much is known of warm ones: nothing until one was checked.

A warm replay counts only after one with the same surroundings was found to be the same as a cold one. Of two that
differ another cold one tells whether it was the start, or whether the program differs from replay to replay.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from bis._verify.sameness import same_result
from bis.launch.scratch_folder import scratch_folder
from bis.launch.warm_slots import close_slots
from bis.model.start import ColdReason, Preload, Start
from bis.model.statement import Statement, StatementCode, statement
from bis.model.variation import Variation
from bis.model.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from typing_extensions import Self

# Reasons that lie in the program or the system are in each outcome; these are said, as something went wrong.
_SAID = {
    ColdReason.DIFFERS: StatementCode.WARM_DIFFERS,
    ColdReason.FAILED: StatementCode.WARM_FAILED,
    ColdReason.LOST: StatementCode.WARM_FAILED,
}


class _Stage(Enum):
    NEW = "new"  # no cold replay has ended
    REFERENCE = "reference"  # a cold one has: the next of the same variation is tried warm
    TRIED = "tried"  # that one runs
    DOUBTED = "doubted"  # it differed: it is made again, cold
    TRUSTED = "trusted"
    REFUSED = "refused"


@dataclass(slots=True)
class _Surroundings:
    stage: _Stage = _Stage.NEW
    variation: Variation | None = None
    cold: Outcome | None = None
    preload: Preload | None = None
    reason: ColdReason | None = None


class Starts:
    """Decides for each replay how it is started. Not shared by threads.

    Parameters
    ----------
    start : Start
        `COLD`: all are cold, and nothing is kept.

    Notes
    -----
    Several campaigns of one prepared run may share it, one after the other: what was checked in the first holds in the
    next. As a context (``with Starts() as starts``) it also keeps warm parents from one campaign to the next.
    """

    def __init__(self, start: Start = Start.WARM) -> None:
        self._start = start
        self._known: dict[Hashable, _Surroundings] = {}
        self._running: dict[int, Variation] = {}
        self._tried: set[int] = set()
        self._scratch: str | None = None
        self._kept = ExitStack()

    def __enter__(self) -> Self:
        """Keep warm parents until the end of the context."""
        self._scratch = self._kept.enter_context(_scratch())
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        self._scratch = None
        self._kept.close()

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """A folder for the workspaces of a campaign, and for warm parents; removed in the end."""
        if self._scratch is not None:
            yield self._scratch
            return
        with _scratch() as folder:
            yield folder

    def preload(self, index: int, variation: Variation, *, left: int) -> Preload | None:
        """What the replay with this index is to be started with; None for a cold start.

        `left` is how many replays there will be in the campaign, this one included: a parent for one of them gains
        nothing, unless further campaigns follow.
        """
        if self._start is Start.COLD:
            return None
        self._running[index] = variation
        known = self._known.setdefault(_surroundings(variation), _Surroundings())
        if known.stage is _Stage.TRUSTED:
            return known.preload
        if known.stage is _Stage.REFERENCE and variation == known.variation and (left > 1 or self._scratch is not None):
            known.stage = _Stage.TRIED
            self._tried.add(index)
            return known.preload
        return None

    def ended(self, outcome: Outcome) -> Outcome | None:
        """The outcome as it counts; None where the replay must be made again, cold.

        What only this class needs is taken out of it.
        """
        variation = self._running.pop(outcome.index, None)
        if variation is None:
            return _stripped(outcome, None)
        known = self._known[_surroundings(variation)]
        if outcome.index in self._tried:
            self._tried.discard(outcome.index)
            return self._after_trial(known, variation, outcome)
        if known.stage is _Stage.NEW and outcome.start is Start.COLD and outcome.preload is not None:
            known.stage, known.variation = _Stage.REFERENCE, variation
            known.cold, known.preload = outcome, outcome.preload
        elif known.stage is _Stage.TRUSTED and outcome.cold_reason is not None:
            self._refuse(known, outcome.cold_reason)
        reason = outcome.cold_reason or (known.reason if outcome.start is Start.COLD else None)
        return _stripped(outcome, reason)

    @property
    def said(self) -> tuple[Statement, ...]:
        """What went wrong with warm starts, each kind once."""
        codes = [_SAID[k.reason] for k in self._known.values() if k.reason in _SAID]
        return tuple(statement(code) for code in dict.fromkeys(codes))

    @property
    def reasons(self) -> tuple[ColdReason, ...]:
        """Why replays were started cold although they might have been warm."""
        return tuple(dict.fromkeys(k.reason for k in self._known.values() if k.reason is not None))

    def trusts(self, variation: Variation) -> bool:
        """Whether replays like this one are started warm from now on."""
        known = self._known.get(_surroundings(variation))
        return known is not None and known.stage is _Stage.TRUSTED

    def _after_trial(self, known: _Surroundings, variation: Variation, outcome: Outcome) -> Outcome | None:
        assert known.cold is not None
        same = same_result(known.cold, outcome)
        if known.stage is _Stage.DOUBTED:
            self._refuse(known, ColdReason.DIFFERS if same else ColdReason.NOT_DETERMINISTIC)
            return _stripped(outcome, known.reason)
        if outcome.start is Start.COLD:
            self._refuse(known, outcome.cold_reason or ColdReason.FAILED)
            return _stripped(outcome, known.reason)
        if same:
            known.stage, known.cold = _Stage.TRUSTED, None
            return _stripped(outcome, None)
        known.stage = _Stage.DOUBTED
        self._running[outcome.index] = variation
        self._tried.add(outcome.index)
        return None

    def _refuse(self, known: _Surroundings, reason: ColdReason) -> None:
        known.stage, known.reason = _Stage.REFUSED, reason
        known.cold = known.preload = None


@contextmanager
def _scratch() -> Iterator[str]:
    with scratch_folder("bis-replay-") as folder:
        try:
            yield folder
        finally:
            close_slots(Path(folder))


def _surroundings(variation: Variation) -> Hashable:
    """What a warm parent is made for: the roots of roles may differ among its forks, and nothing else."""
    return repr(replace(variation, roles={}))


def _stripped(outcome: Outcome, reason: ColdReason | None) -> Outcome:
    return replace(outcome, preload=None, cold_reason=reason)
