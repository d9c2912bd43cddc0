"""The replays for environment settings: made through a campaign, and kept as they end.

They are kept beside the trials of the explanation, so that one that was interrupted goes on with them, and forgotten
with these. A replay is told from others by what it varies, and by how often the same was asked for before.
"""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from bis._explain.environment.paired_results import same_results
from bis._explain.trial import is_final
from bis._explain.trial_journal import ENVIRONMENT
from bis._replay.campaign import campaign
from bis._replay.prepare import Prepared
from bis._replay.session_runs import session_run_of
from bis._verify.sessions.original_session import OriginalSession
from bis._verify.tolerances import Tolerances
from bis._version import __version__
from bis.model.facets import Outputs
from bis.model.jsonable import from_json, json_value, strict_json, to_json
from bis.model.progress import SILENT, Observer
from bis.model.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bis._explain.trial_journal import TrialJournal
    from bis.model.variation import Variation

_FORMAT = "bis.environment-replays"
_VERSION = 1
_SEED_BYTES = 32

Keep = Callable[[int, Outcome], None]  # gets the place of a variation and its outcome


class Replays(Protocol):
    """Makes replays; equal variations are replayed as often as they are asked for."""

    def __call__(self, variations: Sequence[Variation]) -> Sequence[Outcome]:
        """The outcomes of replays with these variations, in the same order."""
        ...

    def source(self, label: str) -> Callable[[int], bytes]:
        """Random bytes for something, which roots are made of."""
        ...


@dataclass(frozen=True, slots=True)
class CampaignReplays:
    """Replays through campaigns on an executor, so many at a time.

    `session` and `tolerances` say which of several runs of the program is looked at; without them, the run is taken for
    all of it.
    """

    prepared: Prepared
    executor: Executor
    session: OriginalSession | None = None
    tolerances: Tolerances | None = None
    at_once: int = 1
    observer: Observer = SILENT

    def source(self, label: str) -> Callable[[int], bytes]:
        """Other bytes each time."""
        del label
        return secrets.token_bytes

    def __call__(self, variations: Sequence[Variation], keep: Keep | None = None) -> tuple[Outcome, ...]:
        """The outcomes in the order of the variations; `keep` gets each as soon as it is there."""
        run = self.prepared.run
        judged = self.session or OriginalSession((session_run_of(run),), 0, run.record.outputs)
        held_to = self.tolerances or Tolerances()

        def sink(outcome: Outcome) -> Outcome:
            found = judged.with_counterpart(outcome, held_to)
            if keep is not None:
                keep(found.index, found)
            return found

        made = campaign(
            self.prepared,
            variations,
            executor=self.executor,
            at_once=self.at_once,
            observer=self.observer,
            sink=sink,
        )
        return tuple(sorted(made, key=lambda outcome: outcome.index))


class NotAlikeError(Exception):
    """Raised where a replay gives today something else than when it was kept: nothing that is kept counts any more."""


class KeptReplays:
    """Replays of which those that an explanation made before are not made again.

    Parameters
    ----------
    make : callable
        Makes the others, see `CampaignReplays`.
    journal : TrialJournal
        Where they are kept.
    redact : callable
        What is written goes through it.
    """

    def __init__(
        self,
        make: Callable[[Sequence[Variation], Keep], object],
        journal: TrialJournal,
        *,
        redact: Callable[[str], str],
    ) -> None:
        self._make = make
        self._journal = journal
        self._redact = redact
        self._asked: Counter[str] = Counter()
        self._first: Variation | None = None
        self.used = 0
        self._seed, self._kept = _read(journal)
        self._is_checked = not self._kept
        if not self._seed:
            self.begin_again()

    def begin_again(self) -> None:
        """Forget those that are kept, and begin with other roots.

        Raises
        ------
        StorageError
            They cannot be kept.
        """
        self._journal.forget(ENVIRONMENT)
        self._asked.clear()
        self._first, self.used, self._kept, self._is_checked = None, 0, {}, True
        self._seed = secrets.token_hex(_SEED_BYTES)
        header = {"format": _FORMAT, "version": _VERSION, "bis_version": __version__, "seed": self._seed}
        self._journal.append(ENVIRONMENT, json.dumps(header))

    def source(self, label: str) -> Callable[[int], bytes]:
        """Random bytes for something: the same again where an explanation goes on."""
        return random.Random(f"{self._seed}/{label}").randbytes

    def __call__(self, variations: Sequence[Variation]) -> tuple[Outcome, ...]:
        """The outcomes of replays with these variations, in the same order.

        Raises
        ------
        NotAlikeError
            Those that are kept do not count any more: nothing that was given before goes with what would be made now.
        """
        if self._first is None and variations:
            self._first = variations[0]
        keys = [self._key(variation) for variation in variations]
        missing = [place for place, key in enumerate(keys) if key not in self._kept]
        self.used += len(keys) - len(missing)
        if missing:
            self._check()
            self._make(
                [variations[place] for place in missing], lambda place, made: self._keep(keys[missing[place]], made)
            )
        return tuple(self._kept[key] for key in keys)

    def _key(self, variation: Variation) -> str:
        digest = hashlib.sha256(repr(variation).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        self._asked[digest] += 1
        return f"{digest}-{self._asked[digest]}"

    def _keep(self, key: str, outcome: Outcome) -> None:
        kept = self._kept[key] = _needed(outcome)
        if is_final(kept.failure):
            line = json.dumps({"key": key, "outcome": strict_json(to_json(kept))}, ensure_ascii=True)
            self._journal.append(ENVIRONMENT, self._redact(line))

    def _check(self) -> None:
        """Make the first replay once more, before any is made that is to be compared with those that are kept."""
        if self._is_checked or self._first is None:
            return
        self._is_checked = True
        digest = hashlib.sha256(repr(self._first).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        first, repeat = (self._kept.get(f"{digest}-{number}") for number in (1, 2))
        if first is None or repeat is None or first.failure or not same_results(first, repeat):
            return  # what differs by itself shows nothing
        found: list[Outcome] = []
        self._make([self._first], lambda _place, made: found.append(made))
        if found[0].failure or not same_results(first, found[0]):
            raise NotAlikeError


def _needed(outcome: Outcome) -> Outcome:
    """What is compared of it."""
    outputs, failure = outcome.outputs, outcome.failure
    return Outcome(
        outcome.index,
        outcome.kind,
        outcome.root,
        None if outputs is None else Outputs(outputs.status, metrics=outputs.metrics, models=outputs.models),
        None if failure is None else replace(failure, traceback=""),
        duration_s=outcome.duration_s,
        predictions=outcome.predictions,
        libraries=outcome.libraries,
    )


def _read(journal: TrialJournal) -> tuple[str, dict[str, Outcome]]:
    """The seed of the roots, and the outcomes by key; nothing where they cannot be read."""
    lines = journal.lines(ENVIRONMENT)
    try:
        header = json_value(lines[0])
        if (header["format"], header["version"]) != (_FORMAT, _VERSION):
            return "", {}
        seed = str(header["seed"])
    except (IndexError, ValueError, KeyError, TypeError):
        return "", {}
    found: dict[str, Outcome] = {}
    for line in lines[1:]:
        with suppress(ValueError, KeyError, TypeError):
            document = json_value(line)
            found[document["key"]] = from_json(Outcome, document["outcome"])
    return seed, found
