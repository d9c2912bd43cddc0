"""What a program was given by its caller, and what of it a replay can give again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bis.instrument.confinement import CACHE_VARIABLES
from bis.record.probes.machine import is_of_machine
from bis.record.probes.variables import is_surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bis.model.facets import Parameters

# A replay has its own: these lead out of its quarantine, or are those of its folders and of its interpreter. Those of
# the machine are planned with it.
_OF_THE_REPLAY = ("BIS_", "MLFLOW_", "OTEL_", "PYTHON", "_MLFLOW_")
# What the loader of programs and the C library do before the first instruction of a program, and shells after it.
_OF_THE_SYSTEM = ("DYLD_", "GCONV_", "GLIBC_", "LD_", "MALLOC_", "NIX_")
_PLACES = frozenset(
    {
        "BASH_ENV", "ENV", "GETCONF_DIR", "HOME", "HOSTALIASES", "IFS", "LOCPATH", "NLSPATH", "OLDPWD", "PATH", "PWD",
        "SHELL", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV", *CACHE_VARIABLES,
    }
)  # fmt: skip

STANDARD_INPUT = "standard input"
_LOST = {
    "terminal": "the program read from a terminal, and what was typed was not recorded",
    "device": "the program read from a device, which was not recorded",
    "cut": "the program read more than is kept (setting stdin-mib)",
    "other": "the program read it in a way that could not be recorded",
    "secret": "it held secrets, which were not recorded",
}


def given_input(parameters: Parameters, lacks: Callable[[str, str], None]) -> str:
    """The digest of what the program is given as standard input; empty for nothing.

    `lacks` receives, as ``lacks(what, consequence)``, why a program that read it cannot be given it again.
    """
    stdin = parameters.stdin
    if stdin is None or not stdin.read:
        return ""
    if not stdin.complete:
        lacks(STANDARD_INPUT, _LOST.get(stdin.problem, _LOST["other"]))
        return ""
    return stdin.digest


def given_variables(parameters: Parameters, here: Collection[str], lacks: Callable[[str, str], None]) -> dict[str, str]:
    """The recorded values of environment variables that the program read.

    Parameters
    ----------
    parameters : Parameters
        What was recorded.
    here : collection of str
        Names of the variables that are set on this machine.
    lacks : callable
        Receives, as ``lacks(what, consequence)``, each variable that cannot be given again as it was.
    """
    values = {}
    for variable in parameters.variables or ():
        name = variable.name
        if not variable.there or _is_the_replays(name):
            continue
        if variable.value is not None:
            values[name] = variable.value
        elif name not in here:
            lacks(f"variable {name}", "it was set when the program read it, and it is not set here")
        elif not is_surroundings(name):
            lacks(f"variable {name}", "its value was not recorded: the program gets the one that is set here")
    return values


def unset_variables(parameters: Parameters) -> tuple[str, ...]:
    """The variables that the program asked for and that were not set: they are not set in a replay either."""
    return tuple(v.name for v in parameters.variables or () if not v.there and not _is_the_replays(v.name))


def _is_the_replays(name: str) -> bool:
    return name.startswith((*_OF_THE_REPLAY, *_OF_THE_SYSTEM)) or name in _PLACES or is_of_machine(name)
