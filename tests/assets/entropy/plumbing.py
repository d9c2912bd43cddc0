"""A package that asks for entropy for its own ends, as trackers and database drivers do."""

import os
import random
import uuid


def draw():
    uuid.uuid4()
    random.Random().random()
    os.urandom(32)


def go_on_in_a_fork(handle, given):
    """Go on as a fork of a warm parent does: `given` has what that imports, and the roots of roles in the fork."""
    import json
    import os

    warm = json.loads(given)
    for name in warm["modules"]:
        __import__(name)
    if not handle.takes_roles():
        os._exit(3)  # an exception here would not end the interpreter
    handle.go_on_in_forks()
    pid = os.fork()
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    handle.has_gone_on()
    handle.take_roles(warm["roles"])
