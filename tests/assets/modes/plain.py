"""Knows nothing of MLflow: prints numbers, reads a file, writes another."""

import random
import sys
from pathlib import Path

table = Path("table.csv").read_text()
print("rows", len(table.splitlines()), "score", random.random(), "argument", sys.argv[1:])
Path("result.txt").write_text(str(random.random()))
