"""A run as it is exported, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from bis.model.exported_run import ExportedFile, ExportedRun, FileRole
from bis.model.facets import Data, Dataset, Failure, FileDigest, Machine, ModelWeights, Variable
from bis.model.stored_runs import StoredVerdict
from bis.model.verdict import Deviation, Outcome, ReplayKind
from tests.unit.report.values import OK, bitwise, outputs, record

RUN, REPLAY = "a" * 32, "b" * 32


def exported() -> ExportedRun:
    """A recorded run with one replay and a verdict."""
    plain = record()
    parameters = replace(
        plain.parameters,
        values={"lr": "0.1", "Δ/β": "x"},
        variables=(Variable("LR", "0.1"), Variable("TOKEN", None, secret=True), Variable("UNSET", there=False)),
    )
    data = Data(
        OK,
        files=(FileDigest("data.csv", 4, "cd" * 32), FileDigest("/home/ada/far.csv", 5, "ef" * 32)),
        datasets=(Dataset("digits", "d1", context="training"),),
    )
    made = replace(
        outputs(mse=0.5, loss=float("nan")),
        artifacts=(FileDigest("model/weights.bin", 9, "01" * 32), FileDigest("bis/record.json", 7, "02" * 32)),
        models=(ModelWeights("net", "sklearn", "03" * 32, 2, 16),),
        started_unix_s=1.7e9,
        ended_unix_s=1.7e9 + 3.25,
    )
    again = Outcome(
        0, ReplayKind.EXACT, None, outputs(mse=0.5), deviations=(Deviation("numpy", "1", "2"),), run_id=REPLAY
    )
    return ExportedRun(
        run_id=RUN,
        name="first try",
        status="FINISHED",
        user="ada",
        started_unix_s=1.7e9,
        recorded=True,
        record=replace(
            plain,
            parameters=parameters,
            data=data,
            machine=Machine(OK, system="Linux", cpu_model="a processor", cores=2),
            outputs=made,
        ),
        verdict=StoredVerdict(bitwise(), 1.7e9 + 10, "0.1"),
        replays=(again,),
        files=(
            ExportedFile("bis/record.json", FileRole.RECORD, RUN, 7, "04" * 32, redacted=2),
            ExportedFile("bis/environment.lock", FileRole.LOCK, RUN, 7, "05" * 32),
            ExportedFile("bis/verdict.json", FileRole.VERDICT, RUN, 7, "06" * 32),
            ExportedFile(f"replays/{REPLAY}/replay.json", FileRole.REPLAY, REPLAY, 7, "07" * 32),
        ),
        licence="",
        created_unix_s=1.7e9 + 20,
        bis_version="0.1",
    )


def failed() -> ExportedRun:
    """The same, where the program ended with an exception."""
    run = exported()
    ended = replace(run.record.outputs, failure=Failure("exception", "ValueError: no data", 1), exit_code=1)
    return replace(run, record=replace(run.record, outputs=ended))
