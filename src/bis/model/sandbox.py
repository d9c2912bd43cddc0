"""The sandbox of a replay: which was asked for, which was in force, and what it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

AUTO = "auto"


class SandboxKind(str, Enum):
    """What keeps a replay from the rest of the machine, strongest first."""

    NAMESPACES = "namespaces"  # user namespaces made by bis, with Landlock where the kernel has it
    BWRAP = "bwrap"  # the same view, made by bubblewrap
    LANDLOCK = "landlock"  # Landlock and a filter of system calls
    NONE = "none"  # the confinement of Python programs only


SANDBOX_CHOICES = (AUTO, *(kind.value for kind in SandboxKind))


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """Which sandbox replays are to have: ``auto`` for the strongest that works where they run, or a `SandboxKind`.

    `network` says that they may reach the network. `foreign` says that the run was recorded by someone else: without
    any sandbox it is not replayed, unless `asked` is ``none``. `read` are the files (absolute) that the original read,
    or that its arguments name, `wrote_in` the folders outside of its project in which it wrote. With `own_home`
    each has a home folder of its own, empty at first, which it may write.
    """

    asked: str = AUTO
    network: bool = False
    foreign: bool = False
    read: tuple[str, ...] = ()
    wrote_in: tuple[str, ...] = ()
    own_home: bool = False


USUAL = SandboxRequest()


@dataclass(frozen=True, slots=True)
class Containment:
    """The sandbox that one replay ran in.

    `network` says that it could reach the network. `programs` are the names of programs other than Python that it
    started: what they tried outside was contained, and is known as far as `Outcome.deviations` say.
    `signals` says that it could not signal other processes of the user.
    """

    kind: SandboxKind
    network: bool = False
    signals: bool = False
    programs: tuple[str, ...] = ()
