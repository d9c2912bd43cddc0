"""One draw of each kind from the interpreter and from NumPy, unseeded; prints them by name."""

import json
import os
import random
import secrets
import sys
import tempfile
import uuid

import numpy as np

if "--infrastructure" in sys.argv:  # a package that draws for its own ends, before and between the program's draws
    import plumbing

    plumbing.draw()
facts = {
    "random.random": random.random(),
    "Random()": random.Random().random(),
    "SystemRandom": random.SystemRandom().random(),
    "secrets": secrets.token_hex(8),
    "uuid4": str(uuid.uuid4()),
    "urandom": os.urandom(8).hex(),
    "default_rng()": np.random.default_rng().random(),
}
random.seed()
np.random.seed()
if "--infrastructure" in sys.argv:
    plumbing.draw()
facts |= {
    "random.seed()": random.random(),
    "numpy.random.seed()": np.random.rand(),
    "SeedSequence()": str(np.random.SeedSequence().entropy),
    "RandomState()": np.random.RandomState().rand(),
    "default_rng() again": np.random.default_rng().random(),
    "tempfile": os.path.basename(tempfile.mktemp()),
}
json.dump(facts, sys.stdout)
