"""The last thing before a sandboxed program: applies the rules to its own process, and becomes the program.

It is run in an interpreter without packages (``python -I -S``), takes some milliseconds, and leaves nothing of itself
behind: the program has the same process id, parent, group, descriptors and environment as without it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

from bis.launch.sandbox.kernel_calls import (
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    process_control,
    set_capabilities_none,
)
from bis.launch.sandbox.landlock import LEAST_VERSION, landlock_version, restrict
from bis.launch.sandbox.namespaces import enter
from bis.launch.sandbox.rules import read_rules
from bis.launch.sandbox.system_calls import filter_calls, filters_here

TYPE_CHECKING = False  # typing is not loaded here
if TYPE_CHECKING:
    from bis.launch.sandbox.rules import SandboxRules

NOT_CONFINED = 87  # the exit code where the rules could not be applied, and nothing was started
NOT_STARTED = 127
_LANDLOCK, _NAMESPACES = "landlock", "namespaces"


def main(arguments: list[str]) -> None:
    """Apply the rules in the file that comes first, then start the command that follows; does not return."""
    try:
        rules = read_rules(arguments[0])
        apply(rules)
        if rules.folder:
            os.chdir(rules.folder)
        if not rules.has_locale:
            os.environ.pop("LC_CTYPE", None)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"bis: the sandbox could not be made: {error}\n")
        sys.stderr.flush()
        os._exit(NOT_CONFINED)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores, and what it starts would too
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(arguments[1], arguments[1:], os.environ)  # noqa: S606 (no shell is wanted)
    except OSError as error:
        sys.stderr.write(f"bis: {arguments[1]} cannot be started: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(NOT_STARTED)


def apply(rules: SandboxRules) -> None:
    """Apply the rules to this process, for the rest of its life.

    Raises
    ------
    OSError
        The kernel refused something that the rules need.
    """
    if rules.ends_with_parent:
        process_control(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if rules.kind == _NAMESPACES:
        enter(rules)
    _limit(rules)
    process_control(PR_SET_NO_NEW_PRIVS, 1)
    set_capabilities_none()  # root has them, and the first process of a user namespace
    if rules.kind == _LANDLOCK or landlock_version() >= LEAST_VERSION:
        restrict(rules, alone=rules.kind == _LANDLOCK)
    if rules.kind == _LANDLOCK and filters_here():
        filter_calls(network=rules.network)


def _limit(rules: SandboxRules) -> None:
    for name, value in rules.limits.items():
        number = getattr(resource, name)
        _soft, hard = resource.getrlimit(number)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (most, most))
