"""Runs a program that sets all its seeds several times in this process, each time with other roots of roles.

Usage as of roles_in_forks.py, for programs whose libraries cannot be in a process that forks. All that is drawn must come
from seeds that the program sets: only then is each time as in a process of its own.
"""

import json
import os
import runpy
import sys

import sitecustomize

program, roots, *arguments = sys.argv[1:]
handle = sitecustomize.bis_handle
log, stdout = sitecustomize.log, os.dup(1)
sys.argv = [program, *arguments]
for number, roles in enumerate(json.loads(roots)):
    sitecustomize.log = f"{log}.{number}"
    handle.roles.scopes.ledger.begin_again()
    handle.take_roles(roles)
    with open(f"{log}.{number}.out", "w", encoding="utf-8") as out:
        os.dup2(out.fileno(), 1)
    runpy.run_path(program, run_name="__main__")
    handle.report_draws()
    sys.stdout.flush()
sitecustomize.log = log
os.dup2(stdout, 1)
print("null")
