"""The record of a run: all facets, and who wrote it when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from bis.model.facets import Code, Data, Environment, Machine, Outputs, Parameters, Randomness, Status
from bis.model.run_identity import RunIdentity

FORMAT = "bis.record"
VERSION = 1


class Mode(str, Enum):
    """Who recorded."""

    RUN = "run"  # started by `bis run`
    AMBIENT = "ambient"  # seen from inside a process that imported MLflow
    REPLAY = "replay"  # a replay of another run
    TAGS = "tags"  # never recorded: what the tags of MLflow contain


class State(str, Enum):
    """How far the recording came."""

    RECORDING = "recording"
    FINISHED = "finished"
    KILLED = "killed"  # the process ended without a word: what was seen until then is here


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is known of one MLflow run.

    `ordinal` counts the runs that the program started, from 0; `session_runs` is their number, None where it was not
    recorded. `identity` is what tells this run from the others (its params are in `parameters`); None likewise.
    `sessions` counts the programs that wrote to the run, where it was resumed; `own_points` then says how many points
    of each metric, the first ones, are of the program that this record is of (None: all are, or it was not kept).
    `host` is a digest of machine and user, that distinguishes "here" from "elsewhere" and nothing more.
    """

    format: str
    version: int
    bis_version: str
    session: str
    mode: Mode
    state: State
    started_unix_s: float
    ended_unix_s: float | None
    ordinal: int
    sessions: int
    host: str
    tracking_scheme: str
    code: Code
    parameters: Parameters
    environment: Environment
    machine: Machine
    data: Data
    randomness: Randomness
    outputs: Outputs
    notes: tuple[str, ...] = ()
    session_runs: int | None = None
    refused_stores: dict[str, str] = field(default_factory=dict)
    identity: RunIdentity | None = None
    own_points: dict[str, int] | None = None

    @property
    def own_outputs(self) -> Outputs:
        """What came out of the program that this record is of, without what others logged when they resumed the run."""
        points = self.own_points
        if points is None:
            return self.outputs
        own = ((c, points.get(c.name, 0)) for c in self.outputs.metrics)
        curves = tuple(replace(c, steps=c.steps[:n], values=c.values[:n]) for c, n in own if n)
        return replace(self.outputs, metrics=curves)

    def facets(self) -> dict[str, Any]:
        """The facets by name, in the order in which they are shown."""
        return {name: getattr(self, name) for name in FACETS}


FACETS = ("code", "parameters", "environment", "machine", "data", "randomness", "outputs")


def missing_record(reason: str, *, outputs: Outputs | None = None, parameters: Parameters | None = None) -> Record:
    """A record of a run that was never recorded: every facet missing for `reason`, but those given."""
    gone = (Status.MISSING, (reason,))
    return Record(
        format=FORMAT,
        version=VERSION,
        bis_version="",
        session="",
        mode=Mode.TAGS,
        state=State.FINISHED,
        started_unix_s=0.0,
        ended_unix_s=None,
        ordinal=0,
        sessions=0,
        host="",
        tracking_scheme="",
        code=Code(*gone),
        parameters=parameters or Parameters(*gone),
        environment=Environment(*gone),
        machine=Machine(*gone),
        data=Data(*gone),
        randomness=Randomness(*gone),
        outputs=outputs or Outputs(*gone),
    )
