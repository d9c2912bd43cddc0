"""Draws for each role through scikit-learn, NumPy, random and Optuna, and prints a digest of what each gave."""

import hashlib
import json
import random
import sys
import warnings

import numpy as np
import optuna
import pandas as pd
from scipy.stats import uniform
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, make_blobs
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import KFold, RandomizedSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SEED = int(sys.argv[2]) if "--seed" in sys.argv else None
if SEED is not None:
    random.seed(SEED)
    np.random.seed(SEED)


def digest(values):
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:12]


class Net(MLPClassifier):
    def _initialize(self, *args, **kwargs):
        super()._initialize(*args, **kwargs)
        self.first = self.coefs_[0].copy()


X, y = load_digits(return_X_y=True)
X, y = X[:400], y[:400]
train, test, t, _ = train_test_split(X, y, random_state=SEED)
again, *_ = train_test_split(X, y, random_state=SEED)
net = Net((8,), max_iter=3, early_stopping=True, random_state=SEED).fit(X, y)
search = RandomizedSearchCV(SGDClassifier(max_iter=3), {"alpha": uniform(0, 1)}, n_iter=2, cv=2, random_state=SEED)
study = optuna.create_study(sampler=optuna.samplers.TPESampler(n_startup_trials=2, seed=SEED))
study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=3)
rng = np.random.default_rng(SEED)
order = list(range(20))
random.shuffle(order)
facts = {
    "split": {
        "train": digest(train),
        "folds": digest(np.concatenate([b for _, b in KFold(3, shuffle=True, random_state=SEED).split(X)])),
        "frame": digest(pd.DataFrame(X).sample(20, random_state=SEED).index.to_numpy()),
    },
    "init": {"weights": digest(net.first), "centres": digest(KMeans(5, n_init=1, random_state=SEED).fit(X).inertia_)},
    "shuffle": {"generator": digest(rng.permutation(50)), "random": order, "numpy": digest(np.random.permutation(50))},
    "sampling": {
        "blobs": digest(make_blobs(9, random_state=SEED)[0]),
        "normal": digest(rng.normal(size=4)),
        "rand": digest(np.random.rand(4)),
        "gauss": random.gauss(0, 1),
    },
    "bootstrap": {"forest": digest(RandomForestClassifier(5, random_state=SEED, n_jobs=2).fit(X, y).predict_proba(X))},
    "hpo": {
        "alpha": [p["alpha"] for p in search.fit(X, y).cv_results_["params"]],
        "x": [trial.params["x"] for trial in study.trials],
    },
}
print(json.dumps({"facts": facts, "weights": digest(net.coefs_[0]), "equal": digest(train) == digest(again)}))
