"""A search with Optuna: trials that draw from what the program shares, each a nested run, some of them pruned."""

import random

import mlflow
import numpy as np
import optuna

CARRIED = [0]


def objective(trial: optuna.Trial) -> float:
    """What a trial gives depends on its parameters, on shared generators and on entropy of the system."""
    with mlflow.start_run(nested=True, run_name=f"trial-{trial.number}"):
        rate = trial.suggest_float("rate", 1e-4, 1.0, log=True)
        kind = trial.suggest_categorical("kind", ["a", "b", None])
        mlflow.log_params({"rate": rate, "kind": kind})
        CARRIED[0] += 1
        if trial.number == 3:  # this one depends on what the program has counted, too
            mlflow.log_metric("carried", CARRIED[0])
        score = 0.0
        for step in range(3):
            score += rate * np.random.normal() + random.random() + np.random.default_rng().normal()
            mlflow.log_metric("score", score, step=step)
            trial.report(score, step)
            if step and trial.should_prune():
                raise optuna.TrialPruned
        return score


optuna.logging.set_verbosity(optuna.logging.WARNING)
with mlflow.start_run():
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.MedianPruner(n_startup_trials=2))
    study.optimize(objective, n_trials=8)
    mlflow.log_metric("best", study.best_value)
    print([t.number for t in study.trials if t.state is optuna.trial.TrialState.PRUNED], study.best_trial.number)
