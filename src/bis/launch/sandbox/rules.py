"""What a sandboxed program may read, write and reach: a value that is written for the stage, and read by it.

Standard library only, and light: the stage reads it in an interpreter of its own, before each program.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False  # typing is not loaded in the stage
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Devices of the program's own /dev; those of accelerators come with the machine.
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
ACCELERATORS = ("nvidia", "dri", "kfd", "dxg")  # names begin so


class SandboxRules:
    """The rules of one sandbox. All paths are absolute.

    Parameters
    ----------
    kind : str
        What enforces them: a value of `bis.model.sandbox.SandboxKind`.
    writable : list of str
        Folders that may be written. They exist, and stay while the sandbox does.
    covered : list of [str, str]
        Folders that are not there, each with the folder that is seen (and written) in its place. Landlock alone puts
        nothing in their place: it refuses them.
    shown : list of str
        Files and folders below covered ones that are there all the same, and may only be read.
    network : bool
        Whether the network is there.
    limits : mapping of str to int
        Names of limits in `resource` (``RLIMIT_FSIZE``), and their values.
    devices : list of str
        Devices of accelerators.
    folder : str
        The working directory; empty where it stays.
    ends_with_parent : bool
        Whether the program is ended with the process that started it.
    has_locale : bool
        Whether ``LC_CTYPE`` is among the variables that the program is given. Python sets it where there is no locale.
    """

    kind: str
    writable: list[str]
    covered: list[list[str]]
    shown: list[str]
    network: bool
    limits: dict[str, int]
    devices: list[str]
    folder: str
    ends_with_parent: bool
    has_locale: bool

    def __init__(self, fields: Mapping[str, Any]) -> None:
        for name in SandboxRules.__annotations__:
            setattr(self, name, fields[name])

    def fields(self) -> dict[str, Any]:
        """All of them, as JSON has them."""
        return dict(vars(self))

    def text(self) -> str:
        """The document that the stage reads."""
        return json.dumps(self.fields())


def read_rules(path: str) -> SandboxRules:
    """Read what `SandboxRules.text` made.

    Raises
    ------
    OSError, ValueError, KeyError
        It cannot be read.
    """
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 (pathlib is not loaded)
        return SandboxRules(json.load(file))
