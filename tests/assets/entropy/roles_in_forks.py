"""Runs a program in forks of a process that has only imported, each with other roots of roles.

Usage: roles_in_forks.py PROGRAM ROOTS ARGUMENTS..., where ROOTS is a list of roots by role in JSON, one for each fork.
What a fork prints is in the file of the log with its number and ``.out`` after it, what it told with its number.
"""

import ast
import json
import os
import runpy
import sys

import sitecustomize

program, roots, *arguments = sys.argv[1:]
with open(program, encoding="utf-8") as source:
    tree = ast.parse(source.read())
for node in tree.body:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        exec(compile(ast.Module([node], []), program, "exec"), {})
handle = sitecustomize.bis_handle
handle.go_on_in_forks()
for number, roles in enumerate(json.loads(roots)):
    child = os.fork()
    if child == 0:
        handle.has_gone_on()
        handle.take_roles(roles)
        sitecustomize.log += f".{number}"
        with open(sitecustomize.log + ".out", "w", encoding="utf-8") as out:
            os.dup2(out.fileno(), 1)
        sys.argv = [program, *arguments]
        try:
            runpy.run_path(program, run_name="__main__")
            handle.report_draws()
            sys.stdout.flush()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"fork {number} failed")
print("null")
