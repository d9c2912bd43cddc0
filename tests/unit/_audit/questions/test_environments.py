"""Environments of Gymnasium that nothing seeds."""

from __future__ import annotations

import pytest

from bis._audit.questions.environments import unseeded_environments
from tests.unit._audit.small_projects import analysed

HEAD = "import gymnasium as gym, numpy as np, torch\nfrom stable_baselines3 import PPO\n"
LOOP = "state, _ = env.reset()\nloss.backward()\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("env = gym.make('CartPole-v1')\n" + LOOP, True),
        ("name = 'LunarLander-v3'\nenv = gym.make(name, render_mode=None)\n" + LOOP, True),
        ("env = gym.make_vec('Pendulum-v1', num_envs=4)\n" + LOOP, True),
        ("np.random.seed(1)\ntorch.manual_seed(1)\nenv = gym.make('CartPole-v1')\n" + LOOP, True),
        ("env = gym.make('CartPole-v1')\nPPO('MlpPolicy', env).learn(1000)\n", True),
        ("env = gym.make('CartPole-v1')\nPPO('MlpPolicy', env, seed=1).learn(1000)\n", False),
        ("env = gym.make('CartPole-v1')\nenv.reset(seed=SEED)\n" + LOOP, False),
        ("env = gym.make('CartPole-v1')\nenv.seed(1)\n" + LOOP, False),
        ("env = gym.make('CartPole-v1')\nstate, _ = env.reset()\n", False),  # nothing is trained
        ("def look():\n    env = gym.make('CartPole-v1')\n    env.reset()\n" + LOOP, False),  # it learns in another
        ("def make():\n    return gym.make('CartPole-v1')\nenv = make()\n" + LOOP, True),
        ("env = gym.make('MyGame-v0')\n" + LOOP, False),
        ("env = gym.make(settings.env)\n" + LOOP, False),
    ],
)
def test_environments(text: str, found: bool) -> None:
    """Those that are known to draw, where no reset, agent or old `seed` of an environment is given one."""
    analysis = analysed({"train.py": HEAD + text})
    assert bool(list(unseeded_environments(analysis, analysis.project.modules[0]))) == found


def test_environments_and_trainings_in_several_files() -> None:
    """A program that only shows an agent does not train in its environment; one that has another file train it does."""
    agent = "class Agent:\n    def learn(self):\n        self.step()\n    def step(self):\n        loss.backward()\n"
    make = "import gymnasium\nfrom agent import Agent\nenv = gymnasium.make('CartPole-v1')\n"
    files = {"agent.py": agent, "train.py": make + "Agent().learn()\n", "show.py": make + "env.reset()\n"}
    analysis = analysed(files)
    found = {m.file: len(list(unseeded_environments(analysis, m))) for m in analysis.project.modules}
    assert found == {"agent.py": 0, "train.py": 1, "show.py": 0}
    analysis = analysed(files | {"agent.py": agent + "    def begin(self, env):\n        env.reset(seed=1)\n"})
    assert not any(list(unseeded_environments(analysis, m)) for m in analysis.project.modules)
