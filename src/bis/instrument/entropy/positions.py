"""Where a program is in its randomness: the states of the generators that it shares, and how far its streams are.

A part of a program that is run alone is taken there first, as if what comes before it had been run.
"""

from __future__ import annotations

import sys

from bis.instrument.entropy.states import GENERATORS, packed, unpacked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from bis.instrument.entropy.service import EntropyService


def position_of(recorder: EntropyService) -> dict[str, Any]:
    """The position now: ``states`` by generator, and ``streams`` by name the number of draws."""
    return {
        "states": {name: packed(read()) for name, read in recorder.shared.readers.items() if name in GENERATORS},
        "streams": recorder.streams.positions(),
    }


def go_to(recorder: EntropyService, position: Mapping[str, Any]) -> None:
    """Take the generators and the streams to a position.

    Raises
    ------
    KeyError
        The program has not loaded a library that it had loaded there.
    """
    for name, state in position["states"].items():
        generator = GENERATORS[name]
        generator.write(sys.modules[generator.module], unpacked(state))
    recorder.streams.go_to(position["streams"])
