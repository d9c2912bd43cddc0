"""Generators that a program makes of sequences of seeds, or in one line with their use; `--seed N` or none."""

import json
import random
import sys

import numpy as np

SEED = int(sys.argv[2]) if "--seed" in sys.argv else None


class Loaded(random.Random):
    """What is drawn from it is not told apart by role."""


sequence = np.random.SeedSequence(SEED)
first, second = (np.random.default_rng(one) for one in sequence.spawn(2))
third = np.random.default_rng(np.random.SeedSequence(SEED))
facts = {
    "sampling": {
        "first": first.random(3).tolist(),
        "second": second.random(3).tolist(),
        "third": third.random(3).tolist(),
        "own": random.Random(SEED).random(),
    },
    "shuffle": {"order": first.permutation(9).tolist(), "list": random.Random(SEED).sample(range(99), 9)},
}
facts["split"] = {"list": facts["shuffle"].pop("list")}
if "--unknown" in sys.argv:
    Loaded().random()
print(json.dumps({"facts": facts}))
