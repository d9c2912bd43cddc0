"""Says that it has begun, starts a child, and then takes very long, unless its arguments say otherwise."""

import subprocess
import sys
import time

child = subprocess.Popen([sys.executable, "-S", "-c", f"import time; time.sleep(600)  # {sys.argv[1]}"])
print("begun", flush=True)
time.sleep(600)
