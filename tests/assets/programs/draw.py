"""Prints a few random numbers; no MLflow, no seed. Arguments choose how it ends."""

import os
import random
import signal
import sys

print(" ".join(repr(random.random()) for _ in range(3)), flush=True)
how = sys.argv[1] if len(sys.argv) > 1 else ""
if how == "raise":
    raise RuntimeError("the loss is not finite")
if how == "signal":
    os.kill(os.getpid(), signal.SIGTERM)
sys.exit(int(how) if how else 0)
