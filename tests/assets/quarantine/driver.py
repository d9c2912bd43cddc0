"""Runs a program in a quarantine: python driver.py FOLDER SCHEME TEMPLATES PROGRAM."""

import json
import runpy
import sys
from pathlib import Path

from bis.instrument import quarantine

folder, scheme, templates, program = sys.argv[1:]


def report(deviation):
    with Path(folder, "deviations.jsonl").open("a") as lines:
        lines.write(json.dumps(deviation) + "\n")


stores = quarantine.QuarantineStores(folder, original_scheme=scheme, templates=Path(templates), report=report)
quarantine.activate(stores)
quarantine.install()
sys.argv = [program]
runpy.run_path(program, run_name="__main__")
