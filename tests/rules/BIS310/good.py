import numpy as np
from joblib import Parallel, delayed


def simulate(size, seed):
    return np.random.default_rng(seed).normal(size=size).mean()


seeds = np.random.SeedSequence(7).spawn(10)
results = Parallel(n_jobs=4)(delayed(simulate)(100, seed) for seed in seeds)
