"""The store of a quarantine, beside the programs of tests/functional/test_quarantine.py that use it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import bis

PROGRAM = """
import sys
from bis.instrument.quarantine import QuarantineStores

told = []
stores = QuarantineStores(sys.argv[1], original_scheme="http", report=lambda d: told.append(d["what"]))
store = stores.tracking_store()
assert store is stores.tracking_store()

# An experiment that was looked up and made up can be created by a program that does not look at the answer.
made = store.get_experiment_by_name("digits").experiment_id
assert store.create_experiment("digits", "s3://bucket/x") == made
other = store.create_experiment("elsewhere", "s3://bucket/y")
assert store.get_experiment(other).artifact_location.startswith(sys.argv[1])

# Runs of a store with a server are named without the program's generator; named ones keep their name.
unnamed = store.create_run(made, "u", 0, [], None)
named = store.create_run(made, "u", 0, [], "mine")
assert unnamed.info.run_name.startswith("replay-") and named.info.run_name == "mine"

# A run of the original store is made up once, whichever method names it first, by keyword too.
store.log_batch(run_id="e" * 32, metrics=[], params=[], tags=[])
assert store.get_run("e" * 32).info.artifact_uri.startswith(sys.argv[1])
assert told == ["run " + "e" * 32], told
"""


def test_store(tmp_path: Path) -> None:
    """Experiments and runs come into being when they are named, inside of the quarantine, and are reported once."""
    environ = {**os.environ, "PYTHONPATH": str(Path(bis.__file__).parents[1]), "BIS_RECORD": "0"}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "quarantine")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=120)
    assert answer.returncode == 0, answer.stderr[-2000:]
