"""Records for the tests of planning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bis._replay.planning import HostState
from bis.model import facets
from bis.model.facets import Environment, FileDigest, Machine, Package, Snapshot, Status
from bis.model.record import FORMAT, VERSION, Mode, Record, State

SOURCE = FileDigest("train.py", 10, "aa")
DATA = FileDigest("data/x.csv", 20, "bb")


def environment(*packages: tuple[str, str], python: str = "3.11.7") -> Environment:
    """An environment of these packages."""
    return Environment(
        Status.RECORDED, python=python, implementation="CPython", packages=tuple(Package(*p) for p in packages)
    )


def machine(**facts: Any) -> Machine:
    """A machine of two cores."""
    return replace(Machine(Status.RECORDED, architecture="x86_64", cpu_model="A", cores=2, usable_cores=2), **facts)


def record(**changes: Any) -> Record:
    """A complete record of ``python train.py --lr 0.1``; `changes` replace facets, or fields of facets."""
    complete = Record(
        format=FORMAT,
        version=VERSION,
        bis_version="0.1.0",
        session="s",
        mode=Mode.RUN,
        state=State.FINISHED,
        started_unix_s=1.0,
        ended_unix_s=2.0,
        ordinal=1,
        sessions=1,
        host="h",
        tracking_scheme="http",
        code=facets.Code(
            Status.RECORDED,
            kind=facets.EntryKind.SCRIPT,
            target="train.py",
            argv=("--lr", "0.1"),
            project="exp",
            project_root="/home/u/exp",
            commit="c" * 40,
            dirty=True,
            snapshot=Snapshot("bis/source.tar.gz", "dd", 100, files=(SOURCE,)),
        ),
        parameters=facets.Parameters(Status.RECORDED),
        environment=environment(("numpy", "2.0.0"), ("six", "1.16.0")),
        machine=machine(),
        data=facets.Data(Status.RECORDED, files=(DATA,)),
        randomness=facets.Randomness(Status.RECORDED, root="ab" * 32, hash_seed="7"),
        outputs=facets.Outputs(Status.RECORDED),
    )
    for name, change in changes.items():
        value = replace(getattr(complete, name), **change) if isinstance(change, dict) else change
        complete = replace(complete, **{name: value})
    return complete


def here(**changes: Any) -> HostState:
    """A machine like the recorded one, with all of its data."""
    from bis._replay.planning import FoundFile

    same = HostState(
        environment=record().environment,
        machine=machine(),
        host="h",
        interpreters=("3.11.7",),
        files={DATA.path: FoundFile("/home/u/exp/data/x.csv")},
    )
    return replace(same, **changes)
