"""The measured programs: one piece of work, and the few lines by which each tracker is told of it.

The work is the same text at the head of each program, as a user would have it in one file; what differs is the tail.
"""

from __future__ import annotations

# About 1.5 s on one core, half of it for imports. A value is told every `EVERY` steps, so that the number of values can
# be chosen without changing the work.
STEPS = 500
WORK = """\
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier


def train(tell):
    images, labels = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(images / 16.0, labels, random_state=0)
    net = MLPClassifier(hidden_layer_sizes=(16,), random_state=0)
    draw = np.random.default_rng(0)
    for step in range(STEPS):
        batch = draw.integers(0, len(x), 32)
        net.partial_fit(x[batch], y[batch], classes=range(10))
        if (step + 1) % EVERY == 0:
            for name in NAMES:
                tell(name, net.loss_, step)
    tell("accuracy", net.score(x_test, y_test), STEPS)
"""

PLAIN = """
train(print)
"""

MLFLOW = """
import mlflow

with mlflow.start_run():
    train(mlflow.log_metric)
"""

SACRED = """
from sacred import Experiment
from sacred.observers import FileStorageObserver

experiment = Experiment("digits", save_git_info=False)
experiment.observers.append(FileStorageObserver("runs"))


@experiment.automain
def main(_run):
    train(_run.log_scalar)
"""

WANDB = """
import wandb

run = wandb.init(project="digits", mode="offline")
train(lambda name, value, step: run.log({name: value}, step=step))
run.finish()
"""

CLEARML = """
from clearml import Task

Task.set_offline(True)
task = Task.init(project_name="digits", task_name="digits")
logger = task.get_logger()
train(lambda name, value, step: logger.report_scalar(name, name, value, step))
task.close()
"""


def program(tail: str, *, values: int) -> str:
    """The text of a program that tells about `values` values: a divisor or a multiple of the 500 steps."""
    every, each = (STEPS // values, 1) if values <= STEPS else (1, values // STEPS)
    names = ["loss"] if each == 1 else [f"loss_{i}" for i in range(each)]
    return f"STEPS, EVERY, NAMES = {STEPS}, {every}, {names!r}\n{WORK}\n{tail}"
