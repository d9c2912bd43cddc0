"""Sets seeds in known lines, some of them twice."""

import random

import numpy as np

random.seed(1)
for _ in range(3):
    random.Random("two")
np.random.seed(3)
np.random.default_rng(4)
np.random.default_rng(np.random.default_rng(5))
np.random.default_rng()
print("null")
