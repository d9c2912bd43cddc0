import optuna
from hyperopt import fmin, tpe

study = optuna.create_study(direction="maximize")
other = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=5))
best = fmin(objective, space, algo=tpe.suggest, max_evals=10)
