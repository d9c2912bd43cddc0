"""What the confinement and the sandbox of a replay stopped, as far as it was seen: deviations from the original."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from typing import TYPE_CHECKING

from bis.instrument.confinement import cache_folders
from bis.model.verdict import Deviation

if TYPE_CHECKING:
    from bis.launch.sandbox.stand_ins import StandIns
    from bis.record.observed_session import ObservedSession

_MOST_NAMED = 20
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh"})
# What libraries ask about the machine and the repository, in most programs: it would be in most verdicts.
_ASK = frozenset({"arch", "getconf", "hostname", "ldconfig", "lsb_release", "lscpu", "nvidia-smi", "sysctl", "uname"})
_GIT_ASKS = frozenset(
    {
        "--version",
        "cat-file",
        "describe",
        "diff",
        "log",
        "ls-files",
        "rev-list",
        "rev-parse",
        "show",
        "status",
        "version",
    }
)
_UNWATCHED_FLAGS = frozenset("IES")  # with these an interpreter does not load the recorder

_OWN_FOLDERS = "a replay writes in its own folders only"
_THROWN_AWAY = "kept apart, and thrown away"
_BY_OTHERS = "written by a library or by a program that it started, where replays find an empty folder"
_NO_NETWORK = "there is no network in the sandbox; --network gives it"


def stopped(seen: ObservedSession, stand_ins: StandIns | None) -> list[Deviation]:
    """What was refused, kept apart or not reached, each once."""
    refused = [str(e["path"]) for e in seen.all("wrote-outside") if e["what"] == "refused"]
    found = [Deviation(f"writing to {path}", "allowed", "refused", _OWN_FOLDERS) for path in dict.fromkeys(refused)]
    if stand_ins is not None:
        caches = tuple(os.path.realpath(folder) + os.sep for folder in cache_folders())
        left = [path for path in stand_ins.left() if not (path + os.sep).startswith(caches)]
        found += [Deviation(f"writing to {path}", "allowed", _THROWN_AWAY, _BY_OTHERS) for path in left]
        stand_ins.clear()
    if len(found) > _MOST_NAMED:
        more = len(found) - _MOST_NAMED
        found = [*found[:_MOST_NAMED], Deviation(f"writing to {more} more files", "allowed", "stopped", _OWN_FOLDERS)]
    return [*found, *_network(seen)]


def _network(seen: ObservedSession) -> list[Deviation]:
    named = list(dict.fromkeys(str(e["to"]) for e in seen.all("network")))
    found = [Deviation(f"connecting to {name}", "allowed", "not reached", _NO_NETWORK) for name in named[:_MOST_NAMED]]
    attempts = sum(int(e["count"]) for e in seen.all("network-attempts"))
    if attempts and not named:
        found.append(
            Deviation("connecting to the network", "allowed", f"not reached ({attempts} attempts)", _NO_NETWORK)
        )
    elif len(named) > _MOST_NAMED:
        found.append(Deviation(f"connecting to {len(named) - _MOST_NAMED} more", "allowed", "not reached", _NO_NETWORK))
    return found


def programs_started(seen: ObservedSession) -> tuple[str, ...]:
    """Names of the programs that it started and that were not watched, in alphabetical order."""
    return tuple(sorted({name for e in seen.all("child") if (name := _name(e))}))


def _name(event: dict[str, object]) -> str:
    command = event.get("command")
    words = [str(word) for word in command] if isinstance(command, list) else []
    if not words:
        return ""
    if len(words) == 1 or (os.path.basename(words[0]) in _SHELLS and "-c" in words[:-1]):  # noqa: PTH119 (text)
        line = words[-1] if len(words) == 1 else words[words.index("-c") + 1]
        with suppress(ValueError):
            words = shlex.split(line) or words
    name = os.path.basename(words[0])  # noqa: PTH119
    if name in _ASK or (name == "git" and _GIT_ASKS & set(words[1:2])):
        return ""
    if not event.get("python"):
        return name
    bare = [w for w in words[1:3] if w.startswith("-") and not w.startswith("--") and set(w[1:]) & _UNWATCHED_FLAGS]
    return name if bare or event.get("bare") else ""
