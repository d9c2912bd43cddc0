"""A program whose results are known functions of the roots of its roles, replayed without a process."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bis._explain.replayer import Place
from bis._explain.trial import Trial
from bis.model.facets import Failure
from bis.model.probe_prediction import ProbePrediction
from bis.model.role import DrawPlace, Role, RoleDraws
from bis.model.variation import Variation

if TYPE_CHECKING:
    from collections.abc import Sequence


Uniforms = Mapping[str, float]
Results = Callable[[Uniforms], Mapping[str, float]]
SPLIT, INIT, SHUFFLE = Role.SPLIT, Role.INIT, Role.SHUFFLE


def uniform(*parts: object) -> float:
    """A number in [0, 1) that depends on nothing but `parts`."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def normal(value: float) -> float:
    """The standard normal quantile of a number in (0, 1), by the logistic approximation's exact inverse: monotone."""
    return math.sqrt(3) / math.pi * math.log(max(value, 1e-12) / max(1 - value, 1e-12))


def additive(weights: Mapping[str, float]) -> Results:
    """A metric ``acc`` that is a weighted sum of standardised values, one for each role."""

    def results(drawn: Uniforms) -> Mapping[str, float]:
        return {"acc": sum(w * normal(drawn[name]) for name, w in weights.items())}

    return results


@dataclass
class SyntheticProgram:
    """A replayer of a program that draws for some roles and logs metrics that are functions of what it drew.

    `draws` is how many numbers it draws for each role; `more_draws` may change that in a replay. `noise` is what is
    added to each metric anew in each replay but the first `quiet` ones. `fails` says whether a replay at a place fails.
    `interrupt_after` raises KeyboardInterrupt once so many replays were made.
    """

    results: Results
    draws: dict[Role, int] = field(default_factory=lambda: {SPLIT: 1, INIT: 10, SHUFFLE: 5})
    noise: float = 0.0
    quiet: int = 0
    fails: Callable[[Place], str] = lambda _place: ""
    more_draws: Callable[[Role, Uniforms], int] = lambda _role, _drawn: 0
    seeded: frozenset[Role] = frozenset()
    vector: int = 0
    interrupt_after: int | None = None
    duration_s: float = 1.0
    asked: list[tuple[Place, Variation]] = field(default_factory=list)
    version: str = ""
    warm: bool = False
    wrong_forks: bool = False

    def __call__(
        self,
        asked: Sequence[tuple[Place, Variation]],
        *,
        keep: Callable[[Trial], None],
        go_on: Callable[[], bool],
        cold: bool = False,
    ) -> None:
        """Replay with each variation."""
        for place, variation in asked:
            if not go_on():
                return
            if self.interrupt_after is not None and len(self.asked) >= self.interrupt_after:
                raise KeyboardInterrupt
            self.asked.append((place, variation))
            trial = self.trial(place, variation)
            warm = self.warm and not cold and place[0] >= 0
            keep(replace(trial, warm=warm, bits=trial.bits + "w" * (warm and self.wrong_forks)))

    def trial(self, place: Place, variation: Variation) -> Trial:
        """One replay."""
        block, corner, repeat = place
        message = self.fails(place)
        if message:
            failure = Failure("exception", message, exit_code=1)
            return Trial(block, corner, repeat, failure=failure, duration_s=self.duration_s)
        roots = {role.value: variation.roles.get(role.value, variation.root or "") for role in self.draws}
        drawn = {name: uniform(name, root) for name, root in roots.items()}
        shift = self.noise * normal(uniform("noise", len(self.asked))) if len(self.asked) > self.quiet else 0.0
        values = {name: value + shift for name, value in self.results(drawn).items()}
        found = tuple(self._drawn(role, roots[role.value], drawn) for role in self.draws)
        metrics = {name: float(value).hex() for name, value in values.items()}
        predictions = (self._prediction(drawn, shift),) if self.vector else ()
        bits = repr((metrics, [p.values for p in predictions], self.version))
        probe = "p" * 8 if variation.probe == "find" and self.vector else ""
        return Trial(block, corner, repeat, metrics, predictions, found, bits, duration_s=self.duration_s, probe=probe)

    def _drawn(self, role: Role, root: str, drawn: Uniforms) -> RoleDraws:
        count = self.draws[role] + self.more_draws(role, drawn)
        places = (DrawPlace("train.py", 3 + list(self.draws).index(role), f"site.{role.value}", count),)
        return RoleDraws(role, count, f"{role.value}-{root}-{count}", places, seeded=role in self.seeded)

    def _prediction(self, drawn: Uniforms, shift: float) -> ProbePrediction:
        numbers = np.array([
            sum(self.weights[n] * normal(uniform(i, n, u)) for n, u in drawn.items()) + shift
            for i in range(self.vector)
        ])  # fmt: skip
        return ProbePrediction(
            "net", "values", "p" * 8, (self.vector,), base64.b64encode(numbers.astype("<f8").tobytes()).decode()
        )

    @property
    def weights(self) -> dict[str, float]:
        """Of the roles in predictions."""
        return {role.value: 1.0 / (1 + i) for i, role in enumerate(self.draws)}
