"""Ends at once while a file of this name is there, and takes very long where it is not (as in a replay)."""

import subprocess
import sys
import time
from pathlib import Path

marker = sys.argv[1]
print("begun", flush=True)
if not Path(marker).exists():
    child = subprocess.Popen([sys.executable, "-S", "-c", f"import time; time.sleep(600)  # {marker}"])
    time.sleep(600)
