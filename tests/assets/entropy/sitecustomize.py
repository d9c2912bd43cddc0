"""Bootstrap for tests: installs the recorder from the environment and writes what it saw, one JSON line a fact."""

import os
import sys

from bis.instrument.entropy.entropy_plan import EntropyPlan
from bis.instrument.entropy.installation import install
from bis.instrument.session_view import read_view

log = os.environ.get("BIS_TEST_LOG")


class Log:
    def write(self, *fact):
        import json

        if log:
            with open(log, "a", encoding="utf-8") as lines:
                lines.write(json.dumps(fact) + "\n")

    def seed(self, api, value, file, line, helper=""):
        self.write("seed", api, value, os.path.basename(file), line)

    def state(self, generator, digest, state):
        self.write("state", generator, digest, state)

    def deviation(self, what, seed, role, file, line):
        self.write("deviation", what, seed, role, os.path.basename(file), line)

    def draws(self, key, roles):
        self.write("draws", [{**role, "key": key} for role in roles])

    def uncontrolled(self, what, why):
        self.write("uncontrolled", what, why)

    def failed(self, what, error):
        self.write("failed", what, repr(error))


if os.environ.get("BIS_SPOOL"):
    plan = EntropyPlan.of_process(read_view(os.environ["BIS_SPOOL"]), os.environ, sys.orig_argv)
    bis_handle = install(plan, Log())
    if os.environ.get("BIS_TEST_STATES"):
        import json

        bis_handle.restore(json.loads(os.environ["BIS_TEST_STATES"]))
    if bis_handle.roles is not None:
        import atexit

        atexit.register(bis_handle.report_draws)
    if os.environ.get("BIS_TEST_WARM"):
        from plumbing import go_on_in_a_fork

        go_on_in_a_fork(bis_handle, os.environ["BIS_TEST_WARM"])
