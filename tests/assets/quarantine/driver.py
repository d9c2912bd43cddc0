"""Runs a program in a quarantine: python driver.py FOLDER SCHEME TEMPLATES PROGRAM."""

import dataclasses
import json
import runpy
import sys
from pathlib import Path

from bis.instrument import quarantine
from bis.model.session import Quarantine

folder, scheme, templates, program = sys.argv[1:]


def report(deviation):
    with Path(folder, "deviations.jsonl").open("a") as lines:
        lines.write(json.dumps(dataclasses.asdict(deviation)) + "\n")


place = Quarantine(folder=folder, original_scheme=scheme)
quarantine.activate(quarantine.QuarantineStores(place, templates=Path(templates), report=report))
quarantine.install()
sys.argv = [program]
runpy.run_path(program, run_name="__main__")
