"""The machine facet, on this machine and on described ones."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bis.model.facets import Status
from bis.record.probes.machine import probe_machine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "echo 'NVIDIA A100, 40960 MiB, 535.1'; echo '| CUDA Version: 12.2 |'",
            (("NVIDIA A100, 40960 MiB",), "535.1", "12.2"),
        ),
        ("exit 9", ((), "", "")),
        ("exec sleep 60", ((), "", "")),
    ],
)
def test_gpu_is_asked_only_on_request(tmp_path: Path, script: str, expected: tuple[tuple[str, ...], str, str]) -> None:
    """nvidia-smi is started where asked for and there; a dead or hanging driver is a reason."""
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    environ = {"PATH": str(tmp_path)}
    assert probe_machine(environ=environ).gpus == ()
    machine = probe_machine(environ=environ, ask_gpu=True)
    assert (machine.gpus, machine.gpu_driver, machine.cuda) == expected
    assert bool(machine.gpus) != any("nvidia-smi" in r for r in machine.reasons)
    assert probe_machine(environ={"PATH": ""}, ask_gpu=True).status is Status.RECORDED


_LOOK = """
import json, sys
from bis.instrument.runtime_probe import inprocess_machine_facts
before = set(sys.modules)
print(json.dumps(inprocess_machine_facts()))
new = {m.split(".")[0] for m in set(sys.modules) - before}
print(sorted(new & {"torch", "tensorflow", "numpy", "mlflow"}))
"""


def _in_process(program: str) -> str:
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program + _LOOK], capture_output=True, text=True, check=True, env=environ
    )
    return done.stdout


def test_nothing_is_loaded_for_a_plain_program() -> None:
    """Looking at a program that has no numerical library loads none."""
    out = _in_process("")
    assert out.endswith("[]\n")
    assert '"pools": []' in out


@pytest.mark.torch
def test_switches_of_torch() -> None:
    """Threads, kernels and determinism of PyTorch are those that the program set."""
    out = _in_process("import torch; torch.set_num_threads(1); torch.use_deterministic_algorithms(True)")
    assert '"torch.intraop": 1' in out
    assert '"torch.deterministic_algorithms": "True"' in out
    assert '"reasons": []' in out


@pytest.mark.keras
@pytest.mark.slow
def test_switches_of_tensorflow_do_not_start_it() -> None:
    """TensorFlow's threads and determinism are read without starting its runtime; a started one is read too."""
    head = "import os; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'; import tensorflow as tf; "
    threads = "tf.config.threading.set_intra_op_parallelism_threads(1)"
    started = "tf.config.experimental.enable_op_determinism(); tf.constant(1)"
    first, _, second, _ = _in_process(head + threads + _LOOK + started).splitlines()
    assert '"tensorflow.intraop": 1' in first
    assert '"tensorflow.op_determinism": "True"' not in first
    assert '"tensorflow.started": "False"' in first
    assert '"tensorflow.op_determinism": "True"' in second
    assert '"tensorflow.started": "True"' in second
    assert '"reasons": []' in second
