"""A run of a session, with what came out of it."""

from __future__ import annotations

from dataclasses import dataclass

from bis.model.facets import Outputs
from bis.model.run_identity import RunIdentity


@dataclass(frozen=True, slots=True)
class SessionRun:
    """One of the runs that a program created or resumed.

    `outputs` are its own: metrics, artifacts, and the models that were logged to it. What belongs to the whole program
    (printed text, files, its end) is not among them.
    """

    identity: RunIdentity
    outputs: Outputs
