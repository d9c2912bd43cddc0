"""Environments of Gymnasium that a program learns in: their names, and those whose first state nothing seeds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bis._audit.questions.call_arguments import looked_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bis._audit.parsing.ir import Call, Module
    from bis._audit.questions.analysis import Analysis

_MAKERS = frozenset(
    {
        "gymnasium.make", "gymnasium.make_vec", "gymnasium.vector.make", "gym.make", "gym.vector.make",
        "stable_baselines3.common.env_util.make_vec_env",
    }
)  # fmt: skip
# Any of them, and what makes several at once in whatever library.
_MAKES = re.compile(r"^(?:gym|gymnasium)\.(?:\w+\.)*make(?:_vec)?$|\.make_vec_env$|^make_vec_env$")
# Those of Gymnasium that draw their first state; others may draw nothing.
_DRAW = re.compile(
    r"(?:CartPole|MountainCar|MountainCarContinuous|Pendulum|Acrobot|LunarLander|LunarLanderContinuous|BipedalWalker"
    r"|BipedalWalkerHardcore|CarRacing|Blackjack|FrozenLake|FrozenLake8x8|Taxi|Reacher|Pusher|InvertedPendulum"
    r"|InvertedDoublePendulum|HalfCheetah|Hopper|Swimmer|Walker2d|Ant|Humanoid|HumanoidStandup)-v\d+$"
)
_DEEPEST = 4  # functions that call functions that train


def environments(module: Module) -> set[str]:
    """Names of the environments in which agents of a file learn: ``gymnasium.make("LunarLander-v3")``."""
    made = (given for call in module.calls if _MAKES.search(call.api) for given in call.args[:1])
    return {text for given in made for text in given.constants() if isinstance(text, str)}


def unseeded_environments(analysis: Analysis, module: Module) -> Iterator[Call]:
    """The environments that a file makes and trains in, where no reset near it is given a seed.

    They draw from generators of their own, which no global seed reaches.
    """
    made = [call for call in module.calls if call.api in _MAKERS and _draws(analysis, module, call)]
    made = [call for call in made if _is_trained_in(analysis, module, call)]
    if not made:
        return
    near = analysis.project.links.together(module)
    if any(_seeds(call) for other in analysis.project.modules if other.file in near for call in other.calls):
        return
    yield from made


def _draws(analysis: Analysis, module: Module, call: Call) -> bool:
    if call.starred or "seed" in call.keywords:
        return False
    name = call.args[0] if call.args else call.keywords.get("id", call.keywords.get("env_id"))
    known = looked_up(analysis, module, name, call)
    return known is not None and isinstance(known.data, str) and _DRAW.match(known.data) is not None


def _seeds(call: Call) -> bool:
    """Whether an environment may be given a seed: ``env.reset(seed=1)``, ``env.seed(1)``, ``PPO(..., seed=1)``."""
    if call.method == "reset":
        return not all(one.is_none for one in (*call.args, *call.keywords.values()))
    if call.method == "seed":  # numpy.random.seed reaches none
        return call.api.partition(".")[0] not in {"random", "numpy"}
    given = call.keywords.get("seed")
    return given is not None and not given.is_none and call.api.startswith(("stable_baselines3.", "sb3_", "gym"))


def _is_trained_in(analysis: Analysis, module: Module, call: Call) -> bool:
    """Whether something is trained where an environment is made, or in the file that it is handed to."""
    if _trains(analysis, module, analysis.calls_in(module, call.scope)):
        return True
    handed = any(name.startswith("self.") for name in call.targets) or any(
        value.data in {call.index, *call.targets} for value in module.scopes[call.scope].returns
    )
    return handed and _trains(analysis, module, module.calls)


def _trains(analysis: Analysis, module: Module, calls: Iterable[Call]) -> bool:
    """Whether one of these calls trains, itself or by functions of the project that it calls."""
    links = analysis.project.links
    pending: list[tuple[Module, Iterable[Call], int]] = [(module, calls, 0)]
    seen: set[tuple[str, int]] = set()
    while pending:
        one, inner, depth = pending.pop()
        training = {call.index for call in analysis.training(one)}
        for call in inner:
            if call.index in training:
                return True
            found = links.function(call.api, one) if depth < _DEEPEST else None
            if found is not None and (found[0].file, found[1]) not in seen:
                seen.add((found[0].file, found[1]))
                pending.append((found[0], analysis.calls_in(*found), depth + 1))
    return False
