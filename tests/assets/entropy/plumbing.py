"""A package that asks for entropy for its own ends, as trackers and database drivers do."""

import os
import random
import uuid


def draw():
    uuid.uuid4()
    random.Random().random()
    os.urandom(32)
