import numpy as np
from joblib import Parallel, delayed


def simulate(size):
    return np.random.normal(size=size).mean()


results = Parallel(n_jobs=4)(delayed(simulate)(100) for _ in range(10))
