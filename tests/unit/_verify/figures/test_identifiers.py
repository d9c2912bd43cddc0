"""Identifiers, addresses and the paths with them, and texts that only look so."""

from __future__ import annotations

import pytest

from bis._verify.figures.identifiers import identifier_spans
from bis._verify.figures.text_span import without_overlaps

RANDOM = "0123456789ab4def8123456789abcdef"
DIGEST = "d41d8cd98f00b204e9800998ecf8427e"
UUID = "123e4567-e89b-12d3-a456-426614174000"


def marked(line: str) -> str:
    """The line with ``<kind>`` for each place."""
    for span in reversed(without_overlaps(identifier_spans(line))):
        assert span.kind is not None
        line = line[: span.start] + f"<{span.kind.value}>" + line[span.end :]
    return line


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        (f"id {UUID}", "id <identifier>"),
        (f"UUID('{UUID}')", "UUID('<identifier>')"),
        (f"no-name-{UUID}", "no-name-<identifier>"),
        (f'"worker_id":"{UUID}-140306429791104"', '"worker_id":"<identifier>"'),
        (RANDOM, "<identifier>"),
        (f"run_id={DIGEST}", "run_id=<identifier>"),
        (f"run {DIGEST} of experiment 3", "run <identifier> of experiment 3"),
        (f"runs:/{RANDOM}/model", "<identifier>/model"),
        (f"models:/m-{RANDOM}", "<identifier>"),
        (f"in /tmp/x/0/quarantine/0/{RANDOM}/artifacts", "in <identifier>/artifacts"),
        ("sqlite:////home/u/mlflow.db", "<identifier>"),
        (f"file:///home/u/mlruns/1/{DIGEST}/artifacts/a.txt", "<identifier>/artifacts/a.txt"),
        ("artifacts in /home/u/p/mlruns/0", "artifacts in <identifier>"),
        ("<__main__.Net object at 0x7f12ab34cd56>", "<__main__.Net object at <memory-address>>"),
        ("<function f at 0x10a2b3c40>", "<function f at <memory-address>>"),
        ("hex 0x7f12ab34cd56", "hex <memory-address>"),
        ("pid 1234", "pid <identifier>"),
        ("PID: 1234, ppid=99", "PID: <identifier>, ppid=<identifier>"),
        ("{'pid': 1234}", "{'pid': <identifier>}"),
        ("worker_pid=77", "worker_pid=<identifier>"),
        ("process id is 1234", "process id is <identifier>"),
        ("thread id: 140234567890123", "thread id: <identifier>"),
        ("Thread 140234567890123", "Thread <identifier>"),
        ("<Thread(Thread-1 (f), started 140234567890123)>", "<identifier>"),
        ("id: 140234567890123", "id: <identifier>"),
        ("listening on port 43211", "listening on port <identifier>"),
        ("http://127.0.0.1:43211/api", "http://127.0.0.1:<identifier>/api"),
        ("saved /tmp/tmpab12cd34/x.csv", "saved <temporary-path>/x.csv"),
        ("in /tmp/tmpab12cd34", "in <temporary-path>"),
        ("/var/folders/ab/cdefgh/T/tmpab12cd34.csv", "<temporary-path>"),
        ("tmpab12cd34", "<temporary-path>"),
        ("<Figure size 640x480 with 1 Axes>", "<picture>"),
        ("learned-deer-760", "<identifier>"),
        ("/v/lib/python3.11/site-packages/x/y.py:3: UserWarning: z", "<installation-path>/x/y.py:3: UserWarning: z"),
        ("experiment_id='7'", "experiment_id='<identifier>'"),
        ("wandb/run-20251129_082813-3x7k2m1a", "wandb/run-20251129_082813-<identifier>"),
    ],
)  # fmt: skip
def test_identifiers(line: str, seen: str) -> None:
    """Of runs, processes and objects, alone or in a path."""
    assert marked(line) == seen


@pytest.mark.parametrize(
    "line",
    [
        "pid controller gain 1.34", "pid 1.34", "pid gains 12 3", "rapid 12", "the port wine scored 88.5", "port 3",
        f"md5: {DIGEST}", f"md5 of the weights: {RANDOM}", f"hash={RANDOM}", f"digest {RANDOM}", DIGEST,
        "sha256 " + "ab" * 32, "crc 0x1a2b3c4d", "0xdeadbeef", "resnet-small-18", "model-large-3", "x-y-z", "id 12",
        "accuracy 0.91", "grid 640x480", "tmp = 0.5", "e-bear-tron", "valid 123456789012", "score at 0.5",
        "results/model_acc_0.91.pt", "run 3: accuracy 0.91", "experiment 3",
    ],
)  # fmt: skip
def test_no_identifiers(line: str) -> None:
    """Digests of results, numbers and names that only look so."""
    assert marked(line) == line
