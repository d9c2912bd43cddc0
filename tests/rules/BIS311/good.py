import numpy as np
import optuna
import skopt
from hyperopt import fmin, tpe

np.random.seed(1)
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=42))
sampler = optuna.samplers.RandomSampler(42)
other = optuna.create_study(sampler=sampler)
grid = optuna.create_study(sampler=optuna.samplers.BruteForceSampler())
given = optuna.create_study(**settings)
best = fmin(objective, space, algo=tpe.suggest, max_evals=10, rstate=np.random.default_rng(42))
result = skopt.gp_minimize(objective, space)
